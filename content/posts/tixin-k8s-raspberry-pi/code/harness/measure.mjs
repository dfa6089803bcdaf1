// Measures closed against open against one server: `node measure.mjs FILE RUNS`.

import os from "node:os";
import { writeFileSync } from "node:fs";
import { compare, startServer } from "../load/generate.mjs";
import { csv } from "./tables.mjs";

const [file, runs] = [process.argv[2], Number(process.argv[3])];
const RUN_MS = 3000;
const STALL_MS = 400;

const server = await startServer();
const bySeries = new Map();
for (let run = 0; run < runs; run++) {
  for (const result of await compare(server.port, { runMs: RUN_MS, stallMs: STALL_MS })) {
    if (!bySeries.has(result.series)) bySeries.set(result.series, []);
    bySeries.get(result.series).push(result);
  }
}
server.stop();

const spread = (results, column) => {
  const sorted = results.map((it) => it[column]).sort((a, b) => a - b);
  return [sorted[Math.floor(sorted.length / 2)], sorted[0], sorted.at(-1)];
};
const rows = [...bySeries].map(([series, results]) => [
  series,
  ...spread(results, "requests").slice(0, 1),
  ...spread(results, "p50"),
  ...spread(results, "p99"),
  ...spread(results, "slow"),
]);
const day = new Date().toISOString().slice(0, 10);
const origin = `measured: ${day}, two shared x86-64 cores, Linux ${os.release().split(".").slice(0, 2).join(".")}, Node.js ${process.version.slice(1)}, loopback; ${RUN_MS / 1000} s with one stall of ${STALL_MS} ms; slow: over 100 ms; medians of ${runs} interleaved runs with their ranges`;
writeFileSync(file, csv(origin, ["series", "requests", "p50_ms", "p50_low", "p50_high", "p99_ms", "p99_low", "p99_high", "slow_percent", "slow_low", "slow_high"], rows));
