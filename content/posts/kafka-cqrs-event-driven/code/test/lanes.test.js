import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, bounds, bury, reassign, rewind, ruling, simulate, soonest, turn, waiting } from "../core/lanes.js";

const costs = { commit: 0.001, record: 0.00001, max: 100 };
const full = (owner, backlog = 10_000) => ({ backlog, rate: 0, owner });
const close = (actual, expected, part = 0.01) =>
  assert.ok(Math.abs(actual - expected) <= part * expected, `${actual} is not near ${expected}`);

test("one lane drains at max / (commit + max * record)", () => {
  close(simulate({ lanes: [full(0)], costs, until: 100 }).end, 10_000 / (100 / 0.002));
});

test("a second consumer on a lane of its own halves the time", () => {
  const alone = simulate({ lanes: [full(0), full(0)], costs, until: 100 });
  const two = simulate({ lanes: [full(0), full(1)], costs, until: 100 });
  close(two.end, alone.end / 2);
});

test("a second consumer without a lane changes nothing", () => {
  const lanes = [full(0), full(0, 0)];
  assert.equal(simulate({ lanes, costs, until: 100 }).end,
    simulate({ lanes: [full(0), full(1, 0)], costs, until: 100 }).end);
});

test("the heir reads the dead consumer's last batch again, and nothing else", () => {
  const run = begin({ lanes: [full(0), full(0), full(1), full(1)], costs, consumers: [0, 1] });
  const read = run.lanes.map(() => Array(10_000).fill(0));
  const until = (end) => {
    while (soonest(run).free < end) {
      const { done } = turn(run);
      for (let i = 0; i < (done?.records ?? 0); i++) read[run.lanes.indexOf(done.lane)][done.from + i] += 1;
    }
  };
  until(0.051);
  const { last, busy } = bury(run, 1);
  for (let i = 0; busy && i < last.records; i++) read[run.lanes.indexOf(last.lane)][last.from + i] += 1;
  rewind(last);
  until(0.1);
  assert.ok(run.lanes.slice(2).every((lane) => waiting(lane, 0.1) > 0), "nobody takes what the dead one owns");
  reassign(run, [0, 0, 0, 0], 0.1);
  until(100);
  const times = read.flat();
  assert.ok(times.every((count) => count > 0));
  assert.equal(times.filter((count) => count > 1).length, last.records);
});

test("a lane that changes owners waits for the batch in hand", () => {
  const run = begin({ lanes: [full(0)], costs, consumers: [0, 1] });
  const first = turn(run).taken;
  reassign(run, [1], 0.0001);
  const batches = [first];
  while (batches.length < 3) {
    const { taken } = turn(run);
    if (taken) batches.push(taken);
  }
  batches.slice(1).forEach((batch, i) => assert.ok(batch.start >= batches[i].end));
  assert.deepEqual(batches.map(({ from }) => from), [0, 100, 200]);
});

test("the batch that forms by itself solves b = rate * (commit + b * record)", () => {
  for (const rate of [2_000, 10_000, 50_000]) {
    const { samples } = simulate({ lanes: [{ backlog: 0, rate, owner: 0 }], costs: { ...costs, max: 1e6 }, until: 5 });
    const late = samples.filter((sample) => sample.at > 2);
    const batch = late.reduce((sum, sample) => sum + sample.records, 0) / late.length;
    close(batch, rate * costs.commit / (1 - rate * costs.record), 0.05);
  }
});

test("a backlog drains in backlog / (capacity - arrivals), and never without a spare", () => {
  const end = (rate) => simulate({ lanes: [{ backlog: 10_000, rate, owner: 0 }],
    costs: { commit: 0, record: 0.0001, max: 100 }, until: 60, stop: "empty" }).end;
  close(end(9_000), 10_000 / 1_000);
  assert.ok(end(11_000) >= 60);
});

test("the ruling bound is the smallest: keys, then consumers, then the machine", () => {
  const group = { commit: 0.001, record: 0.00001, max: 10, cpu: 0.00002, cores: 2, share: 0.1, most: 3, partitions: 12 };
  assert.equal(ruling(bounds({ ...group, share: 0.9 })), "keys");
  assert.equal(ruling(bounds({ ...group, most: 12 })), "consumers");
  assert.equal(ruling(bounds({ ...group, commit: 0.00001 })), "machine");
});
