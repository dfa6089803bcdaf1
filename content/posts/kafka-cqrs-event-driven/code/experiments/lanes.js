// What the model of lanes says: batches that form by themselves, and how long a backlog lasts.

import { csv, three } from "../csv.js";
import { quantile } from "../core/skew.js";
import { simulate } from "../core/lanes.js";

// Assumed, near what one consumer measured: 1.6 ms a commit, 12 µs a record.
export const COSTS = { commit: 0.0016, record: 0.000012, max: 1_000 };
const SECONDS = 20, WARM_UP = 5;

export function lanesTable() {
  const rows = [];
  for (const partitions of [1, 12, 96]) {
    for (const rate of [100, 600, 1_000, 3_000, 10_000, 20_000]) rows.push(steady(partitions, rate));
  }
  return csv("computed: one consumer takes what has arrived; assumed 1.6 ms a commit and 12 µs a record", rows);
}

function steady(partitions, rate) {
  const lanes = Array.from({ length: partitions }, (_, lane) =>
    ({ backlog: -lane / partitions, rate: rate / partitions, owner: 0 }));
  const { samples } = simulate({ lanes, costs: COSTS, until: SECONDS });
  const late = samples.filter((sample) => sample.at > WARM_UP);
  const records = late.reduce((sum, sample) => sum + sample.records, 0);
  return { lanes: partitions === 1 ? "1 partition" : `${partitions} partitions`, rate, batch: three(records / late.length),
    commits: three(late.length / (SECONDS - WARM_UP)),
    wait: three(1_000 * quantile(late.map((sample) => sample.wait), 0.99)) };
}

// A projection stands still for a minute while records arrive at 3,000/s.
export function drainTable() {
  const rows = [3_050, 3_500, 6_000, 12_000, 40_000].map((capacity) => {
    const backlog = 3_000 * 60;
    const costs = { commit: 0, record: 1 / capacity, max: 1_000 };
    const { end } = simulate({ lanes: [{ backlog, rate: 3_000, owner: 0 }], costs, until: 7_200, stop: "empty" });
    return { capacity, spare: capacity - 3_000, seconds: three(end), minutes: three(end / 60) };
  });
  return csv("computed: 60 s without progress at 3,000 records/s arriving, then work at the given capacity", rows);
}
