import assert from "node:assert/strict";
import { test } from "node:test";
import { outage } from "../core/replay.mjs";
import { answered, recovery, steps } from "../core/outage.mjs";

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);
const within = (values, low, high) => assert.ok(Math.min(...values) >= low && Math.max(...values) <= high, `${Math.min(...values)} to ${Math.max(...values)}`);

test("event by event, an agent is marked 40 to 55 s after it dies, and on average after 47.5 s", () => {
  const marked = SEEDS.map((seed) => outage("agent", steps()[0].setup, { seed, perSecond: 1 }).log.marked);
  within(marked, 40, 55.001);
  const mean = marked.reduce((sum, it) => sum + it, 0) / marked.length;
  assert.ok(Math.abs(mean - 47.5) < 2, `mean ${mean}`);
});

test("event by event, HAProxy gives a pod up after 6 to 8 s, and the address has moved after 2.6 to 3.7 s", () => {
  const logs = SEEDS.map((seed) => outage("server", steps().at(-1).setup, { seed, seconds: 20, perSecond: 1 }).log);
  within(logs.map((it) => it.checks), 6, 8);
  within(logs.map((it) => it.address), 2.6, 3.62);
  assert.ok(logs.every((it) => it.marked === undefined));
});

// In the seconds that no phase can move, the events give the share that outage.mjs computes.
const EDGES = [[0, 9], [38, 57], [74, 92]];
const quiet = (second) => !EDGES.some(([from, to]) => second >= from && second <= to);

for (const dead of ["agent", "server"])
  test(`event by event, requests fare as the table says after the ${dead} dies, in every setup`, () => {
    for (const { name, setup } of steps()) {
      const heals = recovery(dead, setup);
      const { shares } = outage(dead, setup, { seed: 7, perSecond: 200 });
      for (const kind of ["page", "session", "lookup"])
        shares.forEach((share, second) => {
          if (!quiet(second)) return;
          const expected = answered(second, heals)[kind];
          const slack = expected === 0 || expected === 1 ? 0 : 0.2; // 200 draws a second
          assert.ok(Math.abs(share[kind] - expected) <= slack, `${name}, ${kind}, second ${second}: ${share[kind]}, expected ${expected}`);
        });
    }
  });
