import assert from "node:assert/strict";
import { test } from "node:test";
import { bounds, ruling, simulate } from "../core/lanes.js";

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

test("no record is lost or invented when a consumer dies", () => {
  const lanes = [full(0), full(0), full(1), full(1)];
  const kill = { consumer: 1, at: 0.05, session: 0.1 };
  const { state, samples, repeated } = simulate({ lanes, costs, kill, until: 100 });
  assert.equal(samples.reduce((sum, sample) => sum + sample.records, 0), 40_000);
  assert.ok(state.every((lane) => lane.done === 10_000 && lane.owner === 0));
  assert.ok(repeated > 0 && repeated <= costs.max);
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
