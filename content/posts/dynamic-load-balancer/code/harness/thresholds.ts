// The threshold below which the fleet shrinks, against the boot time: calm, overload, cost.

import { defaults } from "../core/settings";
import { print, spread } from "./csv";
import { p99, random, RUSH, steady, type Plan, type Result } from "./demand";

const DOWNS = [0.5, 1, 1.25, 1.5, 2, 2.25, 2.5];
const BOOTS = [1, 12]; // s
const SEEDS = [1, 2, 3, 4, 5, 6, 7];

function row(arrivals: string, plan: Plan, results: Result[]) {
  return {
    arrivals,
    boot: plan.boot,
    down: plan.scaler.down,
    ...spread("changes", results.map((it) => it.changes), 0),
    ...spread("over", results.map((it) => it.over), 0),
    ...spread("cost", results.map((it) => it.cost), 0),
    ...spread("end", results.map((it) => it.end), 0),
    ...p99(results),
  };
}

const plans = BOOTS.flatMap((boot) => DOWNS.map((down) => ({ ...RUSH, boot, scaler: { ...defaults.scaler, down } })));
print("computed: 4, 17 and 7 requests in flight for 1, 2 and 12 minutes, up at 3; random: median and range of 7 seeds", [
  ...plans.map((plan) => row("steady", plan, [steady(plan)])),
  ...plans.map((plan) => row("random", plan, SEEDS.map((seed) => random(plan, seed)))),
]);
