// Two ways to buy calm, a lower threshold and a longer wait, and what each costs.

import { defaults } from "../core/settings";
import { print, spread } from "./csv";
import { p99, random, RUSH } from "./demand";

const DOWNS = [1, 1.25, 1.5, 2];
const IDLES = [30, 60, 120]; // s
const SEEDS = [1, 2, 3, 4, 5];

const rows = IDLES.flatMap((idle) =>
  DOWNS.map((down) => {
    const plan = { ...RUSH, boot: 12, scaler: { ...defaults.scaler, down, idle: idle * 1000 } };
    const results = SEEDS.map((seed) => random(plan, seed));
    return {
      idle: `${idle} s`,
      down,
      ...spread("changes", results.map((it) => it.changes), 0),
      ...spread("cost", results.map((it) => it.cost), 0),
      ...p99(results),
    };
  }),
);
print("computed: 4, 17 and 7 requests in flight for 1, 2 and 12 minutes at random, up at 3, boot time 12 s, load averaged over 5 s; median and range of 5 seeds", rows);
