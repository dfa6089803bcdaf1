// One day's rush in a quarter of an hour, and what a scaler makes of it.

import type { Decision } from "../core/fleet";
import { scale, type ScalerSettings } from "../core/scaler";
import { defaults } from "../core/settings";
import { simulate } from "../core/simulation";
import { quantile, spread, type Row } from "./csv";

export type Result = { changes: number; over: number; cost: number; peak: number; end: number; p99: number };
export type Plan = {
  scaler: ScalerSettings;
  boot: number;
  demand: (second: number) => number;
  seconds: number;
  /** Changes before this second are not counted. */
  settled?: number;
  /** Requests that an instance works on at once; the others queue in it. */
  slots?: number;
};

/** Requests in flight that the clients cause if none of them has to wait. */
export const rush = (second: number) => (second < 60 ? 4 : second < 180 ? 17 : 7);
export const RUSH = { demand: rush, seconds: 900 };

const CHECK = defaults.checkInterval / 1000;

/** Demand without chance: the number in flight is the demand itself, and nothing ever queues. */
export function steady({ scaler, boot, demand, seconds, settled = 0 }: Plan): Result {
  const ordered = Array<number>(scaler.min).fill(-boot); // when each was ordered, s
  const result: Result = { changes: 0, over: 0, cost: 0, peak: scaler.min, end: 0, p99: NaN };
  let state = { target: scaler.min, quietSince: null as number | null };
  for (let t = 0; t < seconds; t++) {
    const ready = ordered.filter((at) => t - at >= boot).length;
    if (demand(t) / ready > scaler.up) result.over++;
    result.cost += ordered.length / 60;
    if (t % CHECK !== 0) continue;
    state = scale(state, { load: demand(t), ready, ordered: ordered.length, now: t * 1000 }, scaler);
    if (t >= settled) result.changes += Math.abs(state.target - ordered.length);
    while (ordered.length < state.target) ordered.push(t);
    while (ordered.length > state.target) ordered.pop();
    result.peak = Math.max(result.peak, ordered.length);
  }
  return { ...result, end: ordered.length };
}

const SERVICE = 1_000; // ms: then the demand is also the number of arrivals per second
const SLOTS = 4; // one more than the threshold that adds an instance

/** The same demand as random arrivals with random service times, at instances that queue. */
export function random(plan: Plan, seed: number): Result {
  const { scaler, boot, demand, seconds } = plan;
  const meter = new Meter(plan);
  const times: number[] = [];
  const highestRate = Math.max(...Array.from({ length: seconds }, (_, t) => demand(t)));
  const world = {
    // Nothing fails here, and nobody gives up.
    settings: { ...defaults, scaler, requestTimeout: Infinity, drainTimeout: Infinity },
    ...{ seed, until: seconds * 1000, rate: (now: number) => demand(now / 1000), highestRate },
    ...{ serviceTime: SERVICE, slots: plan.slots ?? SLOTS, bootTime: boot * 1000, warm: true },
  };
  simulate(world, {
    event: (now, _, decisions) => meter.note(now, decisions),
    answer: ({ took }) => times.push(took),
  });
  return { ...meter.finish(seconds * 1000), p99: quantile(times, 0.99) / 1000 };
}

/** Integrates sizes over time. Overload compares the demand, not the noisy sample, with the ready. */
class Meter {
  private readonly alive = new Map<number, "starting" | "ready" | "draining">();
  private result: Result = { changes: 0, over: 0, cost: 0, peak: 0, end: 0, p99: 0 };
  private at = 0;

  constructor(private readonly plan: Plan) {}

  note(now: number, decisions: Decision[]): void {
    if (decisions.length === 0 || decisions[0]!.kind === "send") return;
    this.advance(now);
    const counts = now > 0 && now / 1000 >= (this.plan.settled ?? 0);
    for (const decision of decisions) {
      if (decision.kind !== "refuse" && this.apply(decision) && counts) this.result.changes++;
    }
    this.result.peak = Math.max(this.result.peak, this.size());
  }

  finish(now: number): Result {
    this.advance(now);
    return { ...this.result, end: this.size() };
  }

  /** Returns whether the decision changes the size: each start does, and the begin of each end. */
  private apply({ kind, id }: Exclude<Decision, { kind: "refuse" }>): boolean {
    const before = this.alive.get(id);
    if (kind === "start") this.alive.set(id, "starting");
    if (kind === "admit") this.alive.set(id, "ready");
    if (kind === "drain") this.alive.set(id, "draining");
    if (kind === "stop") this.alive.delete(id);
    return kind === "start" || ((kind === "drain" || kind === "stop") && before !== "draining");
  }

  /** In steps of at most a second, because the demand changes at whole seconds. */
  private advance(now: number): void {
    const ready = [...this.alive.values()].filter((it) => it === "ready").length;
    while (this.at < now) {
      const until = Math.min(now, (Math.floor(this.at / 1000) + 1) * 1000);
      const seconds = (until - this.at) / 1000;
      if (this.plan.demand(this.at / 1000) > this.plan.scaler.up * ready) this.result.over += seconds;
      this.result.cost += (this.alive.size * seconds) / 60;
      this.at = until;
    }
  }

  private size(): number {
    return [...this.alive.values()].filter((it) => it !== "draining").length;
  }
}

/** Seconds; empty where the model has no requests that could take long. */
export function p99(results: Result[]): Row {
  const times = results.map((it) => it.p99);
  return times.some(Number.isNaN) ? { p99: "", p99_low: "", p99_high: "" } : spread("p99", times, 1);
}
