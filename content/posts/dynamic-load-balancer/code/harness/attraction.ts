// How the pull of an instance that fails instantly depends on the load of the others.

import { policies, type PolicyName } from "../core/policy";
import { print, spread } from "./csv";
import { protections, trial } from "./sinkhole";

const LOADS = [0.125, 0.5, 1, 2, 4, 16]; // requests in flight per instance
const REQUESTS = 3_000;
const SEEDS = [1, 2, 3];

const rows = LOADS.flatMap((load) =>
  (Object.keys(policies) as PolicyName[]).map((policy) => {
    const seconds = (REQUESTS * 20) / 1000 / 4 / load;
    const base = { policy, protection: protections["none"]!, fault: "broken" as const, instances: 4, seconds, load };
    return { load, policy, ...spread("errors", SEEDS.map((seed) => trial({ ...base, seed }).errors), 1) };
  }),
);
print("computed: the same model, the fourth instance fails instantly, no protection; median and range of 3 seeds", rows);
