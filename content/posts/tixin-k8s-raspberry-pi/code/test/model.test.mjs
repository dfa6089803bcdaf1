import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { available, largestAnswer, majority, meanTime } from "../core/arithmetic.mjs";
import { clock } from "../core/events.mjs";
import { closed, open, simulate } from "../core/load.mjs";
import { place } from "../core/defaults.mjs";
import { answered, recovery, steps, unreachableAfter, verdict } from "../core/outage.mjs";
import { TABLES } from "../harness/tables.mjs";

const near = (found, expected, share) => assert.ok(Math.abs(found - expected) <= share * expected, `found ${found}, expected ${expected}`);

test("events run in the order of time, equal ones in the order of scheduling", () => {
  const time = clock();
  const seen = [];
  for (const [at, name] of [[3, "d"], [1, "a"], [2, "b"], [2, "c"], [9, "never"]]) time.at(at, () => seen.push(name));
  time.run(5);
  assert.deepEqual(seen, ["a", "b", "c", "d"]);
});

test("in a closed loop rate times response is the number of connections, by definition", () => {
  for (const n of [1, 8, 64, 512]) {
    const { rate, mean } = simulate(closed(n));
    near((rate * mean) / 1000, n, 0.02);
  }
});

test("one connection waits for nobody: proxy, service and two transfers", () => {
  const { mean } = simulate(closed(1), { measureMs: 5000 });
  near(mean, 0.033 + 0.4 + (1.5 * 2000) / 117_728, 0.05);
});

test("past the knee the rate stays and the response grows with the connections", () => {
  const [at64, at512] = [simulate(closed(64)), simulate(closed(512))];
  near(at512.rate, at64.rate, 0.02);
  near(at512.mean / at64.mean, 8, 0.05);
});

test("at 16,000/s the open model waits longer than a closed loop of 8, though it answers about as many", () => {
  const [loop, stream] = [simulate(closed(8)), simulate(open(16000))];
  near(stream.rate, loop.rate, 0.05);
  assert.ok(stream.p99 > 1.5 * loop.p99);
});

test("a port of 117.7 MB/s bounds the rate, whatever the cores could do", () => {
  const { rate, link } = simulate(closed(256), { bytes: 16000 });
  near(rate, largestAnswer("one-address", 1) / 16000, 0.02);
  assert.ok(link > 0.97 && link < 1.01);
});

test("published figures give bounds: 7.4 kB, 62.5 ms, and no failure survived by two members", () => {
  near(largestAnswer("one-address", 16000), 7358, 0.001);
  assert.equal(meanTime(1000, 16000), 62.5);
  assert.deepEqual([1, 2, 3, 4].map((n) => majority(n).tolerated), [0, 0, 1, 1]);
  near(available(2, 2, 0.99), 0.9801, 1e-9);
  near(available(2, 3, 0.99), 0.999702, 1e-6);
});

test("a lost board is noticed 40 to 55 s later, 30 to 45 s before Kubernetes 1.32", () => {
  const range = (given) => [unreachableAfter({ lease: 1, monitor: 0 }, given), unreachableAfter({ lease: 0, monitor: 1 }, given)];
  assert.deepEqual(range(), [40, 55]);
  assert.deepEqual(range({ grace: 40 }), [30, 45]);
});

test("nothing is noticed, and nothing moved, when the server dies", () => {
  for (const { setup } of steps()) {
    const heals = recovery("server", setup);
    assert.equal(heals.endpoints, Infinity);
    if (setup.redis === "server") assert.equal(heals.redis, Infinity);
  }
});

test("health checks at the ingress are the failover when the server dies", () => {
  const setup = { dns: "local", redis: "agent" };
  assert.match(verdict("page", recovery("server", { ...setup, checks: false })), /half, for good/);
  assert.match(verdict("page", recovery("server", { ...setup, checks: true })), /half until 7 s/);
});

test("two CoreDNS replicas behind one address lose half of the lookups for good, local ones none", () => {
  const setup = { redis: "agent", checks: true };
  assert.match(verdict("lookup", recovery("server", { ...setup, dns: "pair" })), /half, for good/);
  assert.equal(answered(10, recovery("server", { ...setup, dns: "local" })).lookup, 1);
});

test("with the last step nothing is lost for good, whichever board dies", () => {
  const { setup } = steps().at(-1);
  for (const dead of ["server", "agent"])
    for (const kind of ["page", "session", "lookup"]) assert.doesNotMatch(verdict(kind, recovery(dead, setup)), /for good/);
});

test("each second's share falls between none and all, and never falls again once it has healed", () => {
  for (const { setup } of steps())
    for (const dead of ["server", "agent"]) {
      const heals = recovery(dead, setup);
      for (const kind of ["page", "session", "lookup"]) {
        const shares = Array.from({ length: 600 }, (_, s) => answered(s, heals)[kind]);
        assert.ok(shares.every((it, s) => it >= (shares[s - 1] ?? 0) && it <= 1));
      }
    }
});

test("ScheduleAnyway moves a replica to the survivor, DoNotSchedule keeps its place on the other board", () => {
  assert.equal(place({ server: 1, agent: 0 }, ["server"], "ScheduleAnyway"), "server");
  assert.equal(place({ server: 1, agent: 0 }, ["server"], "DoNotSchedule"), "pending");
  assert.equal(place({ server: 1, agent: 0 }, ["server", "agent"], "DoNotSchedule"), "agent");
});

for (const [name, table] of Object.entries(TABLES))
  test(`results/${name}.csv is what the model computes`, () => {
    assert.equal(readFileSync(`${process.env.RESULTS}/${name}.csv`, "utf8"), table());
  });

test("every computed file in results has a table, and every other says that it was measured", () => {
  assert.ok(existsSync(process.env.RESULTS ?? ""));
  for (const file of readdirSync(process.env.RESULTS)) {
    if (file.replace(".csv", "") in TABLES) continue;
    assert.match(readFileSync(`${process.env.RESULTS}/${file}`, "utf8"), /^# measured: /);
  }
});
