// The balancer without its sockets: an event goes in, decisions come out.
//
// 1. a request chooses an instance among the eligible ones;
// 2. its end takes the load off again, and is judged;
// 3. checks admit, suspend and replace instances;
// 4. a tick scales, and then the fleet is brought to its target.
//
// No clock, no timer, no IO: the server and the simulation drive this same file.

import { newInstance, type Instance } from "./instance";
import { observe, read } from "./latency";
import { charged, eligible, judge, type Outcome, type OutlierSettings } from "./outlier";
import { policies, type Candidate, type PolicyName } from "./policy";
import type { Random } from "./random";
import { scale, type Scaler, type ScalerSettings } from "./scaler";

export type FleetSettings = {
  policy: PolicyName;
  outlier: OutlierSettings;
  scaler: ScalerSettings;
  /** Time constant of the latency average, ms. */
  latencyMemory: number;
  /** An instance that fails this many checks in a row is replaced. */
  replaceAfter: number;
  /** An instance that is not ready after this time is replaced, ms. */
  startTimeout: number;
  /** A draining instance is stopped after this time even if requests are left, ms. */
  drainTimeout: number;
};

// #region events
export type FleetEvent =
  | { kind: "request" }
  | { kind: "end"; id: number; outcome: Outcome; took: number }
  | { kind: "check"; id: number; healthy: boolean }
  | { kind: "exit"; id: number }
  | { kind: "tick" };

export type Decision =
  | { kind: "send"; id: number }
  | { kind: "refuse" }
  | { kind: "eject"; id: number }
  | { kind: "admit"; id: number }
  | { kind: "start"; id: number }
  | { kind: "drain"; id: number }
  | { kind: "stop"; id: number };
// #endregion

export type Fleet = {
  readonly settings: FleetSettings;
  readonly random: Random;
  instances: Instance[];
  scaler: Scaler;
  requests: number;
  started: number;
  /** Load in flight integrated over time since the last tick. */
  area: { sum: number; changedAt: number; from: number };
};

export function newFleet(settings: FleetSettings, random: Random): Fleet {
  const scaler = { target: settings.scaler.min, quietSince: null };
  const area = { sum: 0, changedAt: 0, from: 0 };
  return { settings, random, instances: [], scaler, requests: 0, started: 0, area };
}

export function step(fleet: Fleet, event: FleetEvent, now: number): Decision[] {
  switch (event.kind) {
    case "request":
      return [route(fleet, now)];
    case "end":
      return end(fleet, event, now);
    case "check":
      return check(fleet, event, now);
    case "exit":
      return exit(fleet, event.id, now);
    case "tick":
      return tick(fleet, now);
  }
}

export function inFlight(fleet: Fleet): number {
  let sum = 0;
  for (const it of fleet.instances) sum += it.load;
  return sum;
}

export function count(fleet: Fleet, ...states: Instance["state"][]): number {
  return fleet.instances.filter((it) => states.includes(it.state)).length;
}

function route(fleet: Fleet, now: number): Decision {
  const all = eligible(fleet.instances, now);
  if (all.length === 0) return { kind: "refuse" };
  const draw = { turn: fleet.requests++, random: fleet.random };
  const { id } = policies[fleet.settings.policy](candidates(all, fleet.settings, now), draw);
  addLoad(fleet, find(fleet, id)!, 1, now);
  return { kind: "send", id };
}

/** An instance without an answer yet is taken to be as fast as the others on average. */
function candidates(all: Instance[], settings: FleetSettings, now: number): Candidate[] {
  let sum = 0;
  let known = 0;
  const seen = all.map((it) => {
    const latency = it.latency ? read(it.latency, now, settings.latencyMemory) : UNKNOWN;
    if (it.latency) (sum += latency), known++;
    return { id: it.id, load: charged(it, now), latency };
  });
  const usual = known > 0 ? sum / known : 1;
  for (const it of seen) if (it.latency === UNKNOWN) it.latency = usual;
  return seen;
}

const UNKNOWN = -1;

function end(fleet: Fleet, event: FleetEvent & { kind: "end" }, now: number): Decision[] {
  const it = find(fleet, event.id);
  if (!it) return []; // it exited before its last request had ended
  const { outlier, latencyMemory } = fleet.settings;
  addLoad(fleet, it, -1, now);
  const counted = event.outcome === "failed" ? Math.max(event.took, outlier.failureCountsAs) : event.took;
  it.latency = observe(it.latency, counted, now, latencyMemory);
  const ejected = judge(it, event.outcome, now, outlier);
  if (it.state === "draining" && it.load === 0) return [{ kind: "stop", id: it.id }];
  return ejected ? [{ kind: "eject", id: it.id }] : [];
}

function check(fleet: Fleet, event: FleetEvent & { kind: "check" }, now: number): Decision[] {
  const it = find(fleet, event.id);
  if (!it || it.state === "draining") return [];
  it.healthy = event.healthy;
  it.failedChecks = event.healthy ? 0 : it.failedChecks + 1;
  if (it.healthy && it.state === "starting") {
    enter(it, "ready", now);
    return [{ kind: "admit", id: it.id }];
  }
  const replace = it.state === "ready" && it.failedChecks >= fleet.settings.replaceAfter;
  return replace ? [...drain(it, now), ...reconcile(fleet, now)] : [];
}

/**
 * An instance that ran is replaced at once. One that never became ready waits for the next tick:
 * a program that crashes at its start then costs one start a tick and not a busy loop.
 */
function exit(fleet: Fleet, id: number, now: number): Decision[] {
  const it = find(fleet, id);
  if (!it) return [];
  addLoad(fleet, it, -it.load, now);
  fleet.instances = fleet.instances.filter((other) => other !== it);
  return it.state === "starting" ? [] : reconcile(fleet, now);
}

function tick(fleet: Fleet, now: number): Decision[] {
  const { startTimeout, drainTimeout, scaler } = fleet.settings;
  const late = fleet.instances.filter((it) => it.state === "starting" && now - it.since > startTimeout);
  const stuck = fleet.instances.filter((it) => it.state === "draining" && now - it.since > drainTimeout);
  const decisions: Decision[] = stuck.map((it) => ({ kind: "stop", id: it.id }));
  for (const it of late) decisions.push(...drain(it, now));
  const load = scaler.signal === "mean" ? meanLoad(fleet, now) : inFlight(fleet);
  const seen = { load, ready: count(fleet, "ready"), ordered: count(fleet, "ready", "starting"), now };
  fleet.scaler = scale(fleet.scaler, seen, scaler);
  return [...decisions, ...reconcile(fleet, now)];
}

/** Starts or drains until as many are ordered as the scaler wants. */
function reconcile(fleet: Fleet, now: number): Decision[] {
  const decisions: Decision[] = [];
  const ordered = fleet.instances.filter((it) => it.state !== "draining");
  for (let missing = fleet.scaler.target - ordered.length; missing > 0; missing--) {
    const it = newInstance(++fleet.started, now);
    fleet.instances.push(it);
    decisions.push({ kind: "start", id: it.id });
  }
  // The least useful go first: unhealthy before healthy, then the youngest, whose caches are cold.
  ordered.sort((a, b) => Number(b.healthy) - Number(a.healthy) || a.id - b.id);
  for (const it of ordered.slice(fleet.scaler.target)) decisions.push(...drain(it, now));
  return decisions;
}

/** No new requests; those in flight may end. */
function drain(it: Instance, now: number): Decision[] {
  enter(it, "draining", now);
  return it.load === 0 ? [{ kind: "stop", id: it.id }] : [{ kind: "drain", id: it.id }];
}

function enter(it: Instance, state: Instance["state"], now: number): void {
  it.state = state;
  it.since = now;
}

function find(fleet: Fleet, id: number): Instance | undefined {
  return fleet.instances.find((it) => it.id === id);
}

function addLoad(fleet: Fleet, it: Instance, change: number, now: number): void {
  fleet.area.sum += inFlight(fleet) * (now - fleet.area.changedAt);
  fleet.area.changedAt = now;
  it.load += change;
}

function meanLoad(fleet: Fleet, now: number): number {
  const { sum, changedAt, from } = fleet.area;
  const current = inFlight(fleet);
  fleet.area = { sum: 0, changedAt: now, from: now };
  return now > from ? (sum + current * (now - changedAt)) / (now - from) : current;
}
