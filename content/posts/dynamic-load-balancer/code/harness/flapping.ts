// Constant demand: every change of size is one too many. Where do they begin?

import { defaults } from "../core/settings";
import { print, spread } from "./csv";
import { random, steady, type Plan, type Result } from "./demand";

const DOWNS = [0.5, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5];
const SEEDS = [1, 2, 3];
const SETTLE = 300; // s: the way from two instances to the right number is not flapping
const LAST = 1_200; // s

const perHour = ({ changes }: Result) => (changes * 3600) / LAST;

const rows = DOWNS.flatMap((down) => {
  const scaler = { ...defaults.scaler, down };
  const plan = (demand: number): Plan => ({ demand: () => demand, boot: 12, scaler, seconds: SETTLE + LAST, settled: SETTLE });
  const byChance = [4, 7, 17].map((demand) => ({
    down,
    arrivals: `${demand} in flight`,
    ...spread("changes", SEEDS.map((seed) => perHour(random(plan(demand), seed))), 0),
  }));
  const without = perHour(steady(plan(7)));
  return [...byChance, { down, arrivals: "7 without chance", ...spread("changes", [without], 0) }];
});
print("computed: constant demand, up at 3, boot time 12 s, load averaged over 5 s; changes per hour, median and range of 3 seeds", rows);
