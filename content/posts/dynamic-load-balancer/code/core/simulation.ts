// A discrete-event simulation of clients and instances. The balancer in it is `fleet.ts` itself.
//
// Clients arrive at random. An instance works on `slots` requests at once and queues the others.
// Time is in milliseconds and jumps from one event to the next.

import { Agenda } from "./agenda";
import { count, newFleet, step, type Decision, type Fleet, type FleetEvent } from "./fleet";
import type { Outcome } from "./outlier";
import { exponential, seeded, type Random } from "./random";
import type { Settings } from "./settings";

/** How an instance misbehaves. `/health` answers in time in each case: the fault is in the requests. */
export type Fault = "none" | "slow" | "hang" | "broken" | "half broken";

export type World = {
  settings: Settings;
  seed: number;
  /** How long the run lasts, ms. */
  until: number;
  /** Requests per second at a time, and the highest that this returns. */
  rate: (now: number) => number;
  highestRate: number;
  /** Mean service time, exponentially distributed, ms. */
  serviceTime: number;
  slots: number;
  bootTime: number;
  faultOf?: (id: number) => Fault;
  /** A client that has waited this long leaves, ms. */
  patience?: number;
  /** The fleet is ready at time zero, as if it had been running for long. */
  warm: boolean;
};

export type Watch = {
  event?: (now: number, event: FleetEvent, decisions: Decision[]) => void;
  answer?: (answer: Answer) => void;
};

/** How the request with this number ended; `id` is the instance, 0 if there was none. */
export type Answer = { request: number; id: number; outcome: Outcome; took: number };

type Request = { number: number; id: number; from: number; ended: boolean; fails: boolean; instance: Instance };
type Instance = { id: number; fault: Fault; busy: number; queue: Request[]; gone: boolean };
type Happening =
  | { kind: "arrival" }
  | { kind: "served"; request: Request }
  | { kind: "timeout" | "left"; request: Request }
  | { kind: "booted"; instance: Instance }
  | { kind: "check" };

const SLOWER = 10; // a slow instance takes this many times as long
const INSTANTLY = 1; // ms: how long a broken instance takes for its 500

/** The dice of the balancer. Separate streams: two policies meet the same arrivals. */
export const diceOf = (seed: number): Random => seeded(seed + 2_000_003);

export function simulate(world: World, watch: Watch): Fleet {
  return new Simulation(world, watch).run();
}

class Simulation {
  private readonly agenda = new Agenda<Happening>();
  private readonly arrivals: Random;
  private readonly services: Random;
  private readonly fleet: Fleet;
  private readonly instances = new Map<number, Instance>();
  private requests = 0;

  constructor(
    private readonly world: World,
    private readonly watch: Watch,
  ) {
    this.arrivals = seeded(world.seed);
    this.services = seeded(world.seed + 1_000_003);
    this.fleet = newFleet(world.settings, diceOf(world.seed));
  }

  run(): Fleet {
    this.happen(0, { kind: "check" });
    this.plan(exponential(this.arrivals, 1000 / this.world.highestRate), { kind: "arrival" });
    for (let next = this.agenda.next(); next && next.at < this.world.until; next = this.agenda.next()) {
      this.happen(next.at, next.what);
    }
    return this.fleet;
  }

  private plan(at: number, what: Happening): void {
    this.agenda.add(at, what);
  }

  private happen(now: number, what: Happening): void {
    switch (what.kind) {
      case "arrival":
        return this.arrive(now);
      case "served":
        return this.served(now, what.request);
      case "timeout":
        return this.finish(now, what.request, "failed");
      case "left":
        return this.finish(now, what.request, "aborted");
      case "booted":
        return this.booted(now, what.instance);
      case "check":
        return this.check(now);
    }
  }

  /** Arrivals come at the highest rate, and are thinned to the rate of the moment. */
  private arrive(now: number): void {
    const { rate, highestRate, settings, patience } = this.world;
    this.plan(now + exponential(this.arrivals, 1000 / highestRate), { kind: "arrival" });
    if (this.arrivals() * highestRate >= rate(now)) return;
    const [decision] = this.tell(now, { kind: "request" });
    const number = ++this.requests;
    if (decision?.kind !== "send") return this.watch.answer?.({ request: number, id: 0, outcome: "failed", took: 0 });
    const instance = this.instances.get(decision.id)!;
    const request: Request = { number, id: decision.id, from: now, ended: false, fails: false, instance };
    if (settings.requestTimeout < Infinity) this.plan(now + settings.requestTimeout, { kind: "timeout", request });
    if (patience !== undefined) this.plan(now + patience, { kind: "left", request });
    if (instance.busy < this.world.slots) this.serve(now, request);
    else instance.queue.push(request);
  }

  private serve(now: number, request: Request): void {
    const { instance } = request;
    instance.busy++;
    const time = exponential(this.services, this.world.serviceTime);
    const fails = instance.fault === "broken" || (instance.fault === "half broken" && this.services() < 0.5);
    request.fails = fails;
    if (instance.fault === "hang") return; // until the timeout
    const slower = instance.fault === "slow" ? SLOWER : 1;
    this.plan(now + (fails ? INSTANTLY : time * slower), { kind: "served", request });
  }

  private served(now: number, request: Request): void {
    this.freeSlot(now, request.instance);
    this.finish(now, request, request.fails ? "failed" : "ok");
  }

  private freeSlot(now: number, instance: Instance): void {
    instance.busy--;
    for (let next = instance.queue.shift(); next; next = instance.queue.shift()) {
      if (next.ended) continue; // nobody waits for it any more
      return this.serve(now, next);
    }
  }

  private finish(now: number, request: Request, outcome: Outcome): void {
    if (request.ended) return;
    request.ended = true;
    const took = now - request.from;
    this.watch.answer?.({ request: request.number, id: request.id, outcome, took });
    this.tell(now, { kind: "end", id: request.id, outcome, took });
  }

  /** A check sees `/health`, which is fine here; what it finds is instances that have started. */
  private check(now: number): void {
    this.tell(now, { kind: "tick" });
    this.plan(now + this.world.settings.checkInterval, { kind: "check" });
  }

  private booted(now: number, instance: Instance): void {
    if (!instance.gone) this.tell(now, { kind: "check", id: instance.id, healthy: true });
  }

  private tell(now: number, event: FleetEvent): Decision[] {
    const decisions = step(this.fleet, event, now);
    this.watch.event?.(now, event, decisions);
    for (const decision of decisions) {
      if (decision.kind === "start") this.start(now, decision.id);
      if (decision.kind === "stop") this.stop(now, decision.id);
    }
    return decisions;
  }

  private start(now: number, id: number): void {
    const fault = this.world.faultOf?.(id) ?? "none";
    const instance: Instance = { id, fault, busy: 0, queue: [], gone: false };
    this.instances.set(id, instance);
    const boot = this.world.warm && now === 0 ? 0 : this.world.bootTime;
    this.plan(now + boot, { kind: "booted", instance });
  }

  private stop(now: number, id: number): void {
    const instance = this.instances.get(id)!;
    instance.gone = true;
    this.instances.delete(id);
    this.tell(now, { kind: "exit", id });
  }
}

/** Instances that exist, whether they serve or not: what is paid for. */
export function paidFor(fleet: Fleet): number {
  return count(fleet, "starting", "ready", "draining");
}
