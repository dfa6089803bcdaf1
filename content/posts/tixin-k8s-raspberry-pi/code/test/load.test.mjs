import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { compare, startServer } from "../load/generate.mjs";
import { run } from "../load/k6-shim.mjs";

let server;
before(async () => (server = await startServer()));
after(() => server.stop());

test("k6.js runs: both scenarios, every answer checked, no iteration dropped", async () => {
  const { options, seen } = await run({ URL: `http://127.0.0.1:${server.port}/`, RATE: "100", SECONDS: "0.5" });
  assert.equal(seen.iterations.open, 50);
  assert.ok(seen.iterations.closed >= 8);
  assert.equal(seen.dropped, 0);
  assert.deepEqual(seen.checks, { passed: seen.iterations.open + seen.iterations.closed, failed: 0 });
  assert.ok(options.scenarios.open.startTime === "0.5s" && "dropped_iterations" in options.thresholds);
});

// The shape of results/measured.csv, with a wide margin.
test("of one stall the closed model's p99 sees little, and the open one's at least three times as much", async () => {
  const results = await compare(server.port, { runMs: 2600, stallMs: 500 });
  const p99 = Object.fromEntries(results.map((it) => [it.series, it.p99]));
  assert.ok(p99["open, since due"] > 3 * p99.closed, JSON.stringify(p99));
  assert.ok(p99["paced, since due"] > 3 * p99["paced, since sent"], JSON.stringify(p99));
});

test("the measured table says the same", () => {
  const rows = readFileSync(`${process.env.RESULTS}/measured.csv`, "utf8").trim().split("\n").slice(2);
  const p99 = Object.fromEntries(rows.map((row) => [row.split('"')[1] ?? row.split(",")[0], Number(row.replace(/"[^"]*"/, "x").split(",")[5])]));
  assert.ok(p99["open, since due"] > 3 * p99.closed);
  assert.ok(p99["paced, since due"] > 3 * p99["paced, since sent"]);
});
