// The pure parts: policies, latency, outliers, scaler.

import { describe, expect, test } from "bun:test";
import { highestCalmDown, highestStableDown } from "../core/bounds";
import { newInstance } from "../core/instance";
import { observe, read } from "../core/latency";
import { charged, eligible, judge } from "../core/outlier";
import { leastLoaded, peakEwma, powerOfTwo, roundRobin, type Candidate, type Policy } from "../core/policy";
import { exponential, seeded } from "../core/random";
import { scale, type ScalerSettings } from "../core/scaler";
import { defaults } from "../core/settings";
import { RUSH, steady } from "../harness/demand";
import { protections, trial } from "../harness/sinkhole";

const candidate = (id: number, load: number, latency = 20): Candidate => ({ id, load, latency });

/** How often each candidate is chosen in 1,000 draws. */
function shares(policy: Policy, all: Candidate[]): number[] {
  const random = seeded(1);
  const counts = all.map(() => 0);
  for (let turn = 0; turn < 1000; turn++) counts[all.indexOf(policy(all, { turn, random }))]!++;
  return counts;
}

describe("policies", () => {
  test("round robin takes turns", () => {
    expect(shares(roundRobin, [candidate(1, 9), candidate(2, 0), candidate(3, 5), candidate(4, 5)])).toEqual([250, 250, 250, 250]);
  });
  test("least loaded takes the least, and breaks ties in turn", () => {
    expect(shares(leastLoaded, [candidate(1, 2), candidate(2, 1), candidate(3, 1)])[0]).toBe(0);
    expect(shares(leastLoaded, [candidate(1, 1), candidate(2, 1)])).toEqual([500, 500]);
  });
  test("two choices never takes the most loaded, and the least in at most 2 of n draws", () => {
    const [least, , , most] = shares(powerOfTwo, [candidate(1, 0), candidate(2, 1), candidate(3, 2), candidate(4, 3)]);
    expect(most).toBe(0);
    expect(least).toBeGreaterThan(440);
    expect(least).toBeLessThan(560);
  });
  test("peak EWMA weighs the load with the latency", () => {
    expect(shares(peakEwma, [candidate(1, 0, 100), candidate(2, 3, 20)])).toEqual([0, 1000]);
  });
  test("every policy accepts a single candidate", () => {
    for (const policy of [roundRobin, leastLoaded, powerOfTwo, peakEwma]) expect(shares(policy, [candidate(7, 3)])).toEqual([1000]);
  });
});

test("a peak counts at once, and fades with time", () => {
  const first = observe(null, 20, 0, 10_000);
  const peak = observe(first, 500, 1_000, 10_000);
  expect(peak.value).toBe(500);
  expect(observe(peak, 20, 1_001, 10_000).value).toBeGreaterThan(490);
  expect(observe(peak, 20, 61_000, 10_000).value).toBeLessThan(22);
  expect(read(peak, 11_000, 10_000)).toBeCloseTo(500 / Math.E);
});

describe("outliers", () => {
  const rules = { failures: 3, ejectFor: 10_000, failureCountsAs: 1_000 };
  const readyOnes = (n: number) => Array.from({ length: n }, (_, i) => ({ ...newInstance(i + 1, 0), state: "ready" as const, healthy: true }));

  test("three failures in a row eject; one success in between does not let them", () => {
    const [it] = readyOnes(1);
    expect(["failed", "failed", "ok", "failed", "failed"].map((outcome) => judge(it!, outcome as "ok", 0, rules))).toEqual([false, false, false, false, false]);
    expect(judge(it!, "failed", 0, rules)).toBe(true);
  });
  test("an instance that returns is on probation: one failure ejects it again", () => {
    const [it] = readyOnes(1);
    for (let n = 0; n < 3; n++) judge(it!, "failed", 0, rules);
    expect(judge(it!, "failed", 9_999, rules)).toBe(false); // still out: no new verdict
    expect(judge(it!, "failed", 10_001, rules)).toBe(true);
  });
  test("a client that leaves is no evidence", () => {
    const [it] = readyOnes(1);
    for (let n = 0; n < 9; n++) expect(judge(it!, "aborted", 0, rules)).toBe(false);
  });
  test("at most half of the healthy are ejected", () => {
    const all = readyOnes(4);
    for (const [n, left] of [[1, 3], [2, 2], [3, 4], [4, 4]] as const) {
      all.forEach((it, i) => (it.ejectedUntil = i < n ? 10 : 0));
      expect(eligible(all, 5)).toHaveLength(left);
    }
  });
  test("if no check succeeds, all get requests rather than none", () => {
    const all = readyOnes(2).map((it) => ({ ...it, healthy: false }));
    expect(eligible(all, 0)).toHaveLength(2);
  });
  test("a failure counts as load for a second", () => {
    const [it] = readyOnes(1);
    judge(it!, "failed", 100, rules);
    expect([charged(it!, 1_099), charged(it!, 1_100)]).toEqual([1, 0]);
  });
  test("a failed shared dependency does not empty the fleet", () => {
    const base = { policy: "least loaded", protection: protections["both"]!, instances: 1, seconds: 5, load: 2, seed: 1 } as const;
    expect(trial({ ...base, fault: "broken" }).errors).toBe(100); // 500s, but routed: nothing is refused
  });
});

describe("scaler", () => {
  const settings: ScalerSettings = { ...defaults.scaler, step: "one" };
  const at = (load: number, now: number, ordered = 4) => ({ load, ready: ordered, ordered, now });

  test("adds one above the threshold, and never exceeds the maximum", () => {
    expect(scale({ target: 4, quietSince: null }, at(13, 0), settings).target).toBe(5);
    expect(scale({ target: 4, quietSince: null }, at(12, 0), settings).target).toBe(4);
    expect(scale({ target: 8, quietSince: null }, at(99, 0, 8), settings).target).toBe(8);
  });
  test("adds the whole shortfall if told to", () => {
    expect(scale({ target: 2, quietSince: null }, at(17, 0, 2), { ...settings, step: "shortfall" }).target).toBe(6);
  });
  test("removes one after the idle timeout, and waits again for the next", () => {
    let state = { target: 4, quietSince: null as number | null };
    const targets: number[] = [];
    for (let now = 0; now <= 70_000; now += 5_000) targets.push((state = scale(state, at(1, now, state.target), settings)).target);
    expect(targets).toEqual([4, 4, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 2, 2]);
  });
  test("a single busy check begins the wait anew", () => {
    const quiet = scale({ target: 4, quietSince: 0 }, at(2, 29_000), settings);
    expect(quiet).toEqual({ target: 4, quietSince: null }); // 2 / 4 is not below 0.5
  });
  test("a rush without chance: the threshold 2 costs one change more than 1.5, and a sixth less", () => {
    const plain = { ...defaults.scaler, divisor: "ready", step: "one", signal: "sample" } as const;
    const at = (down: number) => {
      const { changes, over, end, cost } = steady({ ...RUSH, boot: 1, scaler: { ...plain, down } });
      return [changes, over, end, Math.round(cost)];
    };
    expect([0.5, 1.5, 2, 2.5].map(at)).toEqual([[4, 16, 6, 85], [6, 16, 4, 63], [7, 16, 3, 53], [37, 91, 3, 51]]);
  });
  test("noise lowers the bound, and a single sample is noisier than a mean", () => {
    expect(highestCalmDown(settings, 0, 3)).toBeCloseTo(highestStableDown(settings));
    expect(highestCalmDown(settings, 1, 3)).toBeCloseTo(0.63); // one sample of a Poisson number
    expect(highestCalmDown(settings, 0.32, 3)).toBeCloseTo(1.01); // its mean over five service times
    expect(highestCalmDown({ ...settings, min: 6 }, 0.32, 3)).toBeCloseTo(1.73);
  });
  test("steady demand flaps above the bound and at no demand below it", () => {
    const bound = highestStableDown(settings);
    expect(bound).toBe(2);
    const worst = (down: number) => {
      const demands = Array.from({ length: 116 }, (_, i) => 1 + i / 5);
      const late = (demand: number, seconds: number) => steady({ scaler: { ...settings, down }, boot: 1, demand: () => demand, seconds }).changes;
      return Math.max(...demands.map((demand) => late(demand, 1_200) - late(demand, 600)));
    };
    expect(worst(bound)).toBe(0);
    expect(worst(bound + 0.1)).toBeGreaterThan(10);
  });
});

test("the random numbers are even, and waits have their mean", () => {
  const random = seeded(7);
  const values = Array.from({ length: 20_000 }, random);
  expect(values.reduce((sum, one) => sum + one, 0) / values.length).toBeCloseTo(0.5, 1);
  const waits = Array.from({ length: 20_000 }, () => exponential(random, 20));
  expect(Math.abs(waits.reduce((sum, one) => sum + one, 0) / waits.length - 20)).toBeLessThan(1);
});

test("two choices bounds a sinkhole by 2/n, least loaded does not", () => {
  for (const instances of [4, 8]) {
    const base = { protection: protections["none"]!, fault: "broken", instances, seconds: 1.5, load: 8, seed: 1 } as const;
    expect(trial({ ...base, policy: "two choices" }).errors).toBeLessThan(200 / instances + 3);
    expect(trial({ ...base, policy: "least loaded" }).errors).toBeGreaterThan(200 / instances + 15);
  }
});
