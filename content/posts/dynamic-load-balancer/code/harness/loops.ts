// How many instances a loop orders when five would do: what counting, jumping and averaging are worth.

import type { ScalerSettings } from "../core/scaler";
import { defaults } from "../core/settings";
import { print, spread, type Row } from "./csv";
import { p99, random, steady, type Plan } from "./demand";

const SEEDS = [1, 2, 3, 4, 5];
const plain = { ...defaults.scaler, down: 1.5, divisor: "ready", step: "one", signal: "sample" } as const;
const loops: Record<string, ScalerSettings> = {
  "counts ready ones": plain,
  "counts ordered ones": { ...plain, divisor: "ordered" },
  "and averages over the interval": { ...plain, divisor: "ordered", signal: "mean" },
  "and adds the whole shortfall": { ...plain, divisor: "ordered", signal: "mean", step: "shortfall" },
};

function row([loop, scaler]: [string, ScalerSettings]): Row {
  const demand = (second: number) => (second < 60 ? 4 : second < 180 ? 13 : 7);
  const plan: Plan = { demand, seconds: 900, boot: 30, scaler };
  const without = SEEDS.map((seed) => random({ ...plan, slots: Infinity }, seed));
  const queueing = SEEDS.map((seed) => random(plan, seed));
  return {
    loop,
    steady: steady(plan).peak,
    ...spread("random", without.map((it) => it.peak), 0),
    ...spread("queue", queueing.map((it) => it.peak), 0),
    ...spread("over", queueing.map((it) => it.over), 0),
    ...spread("cost", queueing.map((it) => it.cost), 0),
    ...p99(queueing),
  };
}

print(
  "computed: 4, 13 and 7 requests in flight for 1, 2 and 12 minutes, thresholds 3 and 1.5, boot time 30 s; median and range of 5 seeds",
  Object.entries(loops).map(row),
);
