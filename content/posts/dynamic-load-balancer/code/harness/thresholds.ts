// The threshold below which the fleet shrinks, against the boot time: calm, overload, cost.

import { defaults } from "../core/settings";
import { print, round, spread, type Row } from "./csv";
import { p99, random, RUSH, steady } from "./demand";

const DOWNS = [0.5, 1, 1.25, 1.5, 2, 2.5];
const BOOTS = [1, 12]; // s
const SEEDS = [1, 2, 3, 4, 5];

function row(boot: number, down: number): Row {
  const plan = { ...RUSH, boot, scaler: { ...defaults.scaler, down } };
  const without = steady(plan);
  const results = SEEDS.map((seed) => random(plan, seed));
  return {
    boot,
    down,
    steady_changes: without.changes,
    steady_cost: round(without.cost, 0),
    ...spread("changes", results.map((it) => it.changes), 0),
    ...spread("over", results.map((it) => it.over), 0),
    ...spread("cost", results.map((it) => it.cost), 0),
    ...spread("end", results.map((it) => it.end), 0),
    ...p99(results),
  };
}

print(
  "computed: 4, 17 and 7 requests in flight for 1, 2 and 12 minutes, up at 3; steady, then random with median and range of 5 seeds",
  BOOTS.flatMap((boot) => DOWNS.map((down) => row(boot, down))),
);
