// Four instances, the fourth with a fault: who gets the requests, and how many fail?

import type { OutlierSettings } from "../core/outlier";
import { policies, type PolicyName } from "../core/policy";
import { defaults } from "../core/settings";
import { simulate, type Fault } from "../core/simulation";
import { print, quantile, round, spread } from "./csv";

export const protections: Record<string, OutlierSettings> = {
  none: { failures: 0, ejectFor: 0, failureCountsAs: 0 },
  charge: { failures: 0, ejectFor: 0, failureCountsAs: 1_000 },
  eject: { failures: 3, ejectFor: 10_000, failureCountsAs: 0 },
  both: { failures: 3, ejectFor: 10_000, failureCountsAs: 1_000 },
};

export type Trial = {
  policy: PolicyName;
  protection: OutlierSettings;
  fault: Fault;
  instances: number;
  seconds: number;
  /** Requests in flight per instance if all were well. */
  load: number;
  seed: number;
};

const SERVICE = 20; // ms
const TIMEOUT = 1_000; // ms, short, so that a trial of some seconds sees many timeouts

/** The last of the instances has the fault. Percentages of all requests; the p99 in ms, of successes. */
export function trial(it: Trial): { share: number; errors: number; p99: number } {
  const scaler = { ...defaults.scaler, min: it.instances, max: it.instances };
  const settings = { ...defaults, policy: it.policy, outlier: it.protection, scaler, requestTimeout: TIMEOUT };
  const rate = (it.load * it.instances * 1000) / SERVICE;
  const world = {
    ...{ settings, seed: it.seed, until: it.seconds * 1000, rate: () => rate, highestRate: rate },
    ...{ serviceTime: SERVICE, slots: Infinity, bootTime: 0, warm: true },
    faultOf: (id: number): Fault => (id === it.instances ? it.fault : "none"),
  };
  const times: number[] = [];
  let ended = 0;
  let there = 0;
  let failed = 0;
  simulate(world, {
    answer({ id, outcome, took }) {
      ended++;
      if (id === it.instances) there++;
      if (outcome === "failed") failed++;
      else times.push(took);
    },
  });
  return { share: (100 * there) / ended, errors: (100 * failed) / ended, p99: quantile(times, 0.99) };
}

const SEEDS = [1, 2, 3, 4, 5];

function row(fault: Fault, policy: PolicyName) {
  const base = { policy, fault, instances: 4, seconds: 10, load: 2 };
  const run = (name: string) => SEEDS.map((seed) => trial({ ...base, protection: protections[name]!, seed }));
  const bare = run("none");
  return {
    fault,
    policy,
    ...spread("share", bare.map((it) => it.share), 1),
    p99: round(quantile(bare.map((it) => it.p99), 0.5), 0),
    ...spread("none", bare.map((it) => it.errors), 2),
    ...spread("charge", run("charge").map((it) => it.errors), 2),
    ...spread("eject", run("eject").map((it) => it.errors), 2),
    ...spread("both", run("both").map((it) => it.errors), 2),
  };
}

if (import.meta.main) {
  const faults: Fault[] = ["slow", "hang", "broken", "half broken"];
  const names = Object.keys(policies) as PolicyName[];
  print(
    "computed: model with 4 instances and 400 requests/s at random, service time 20 ms (exponential), timeout 1 s, 10 s; median and range of 5 seeds",
    faults.flatMap((fault) => names.map((policy) => row(fault, policy))),
  );
}
