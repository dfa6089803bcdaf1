/**
 * Workers on the real queue in virtual time: how long messages wait and how
 * often work repeats. Seconds outside, milliseconds in the queue.
 *
 * Assumed: Poisson arrivals at 60 % of what the workers can do; handler times
 * of at least 1 s with a heavy tail (one in 100 above 10 s), cut at 60 s, which
 * belong to the message or are drawn anew for each attempt; the effect happens
 * after 95 % of an attempt; a crash falls anywhere in an attempt and the worker
 * is back after 2 s; one attempt in 500 is paused for 30 s; five tries.
 */
import { Heap } from "../core/heap.js";
import { apply, counts, create, type Lease, type Queue } from "../core/queue.js";
import { Random } from "../core/random.js";
import { GUARDS, Receiver, type Guard } from "../core/receiver.js";

export type Scenario = {
  lease: number;
  /**
   * How a worker treats its lease: ignores it, looks at the clock before the
   * effect, or extends it every third of its time and drops the work when that
   * fails.
   */
  worker: "ignores" | "checks" | "extends";
  /** What makes a handler slow: the message, or chance at each attempt. */
  slow: "message" | "attempt";
  /** Share of attempts that crash. */
  crash: number;
  messages: number;
  seed: number;
};

export type Outcome = {
  /** Mean and 99th percentile of the time from send to first effect, in s. */
  mean: number;
  p99: number;
  /** Per 1,000 messages. */
  repeats: number;
  dead: number;
  deadThoughDone: number;
  doubled: Record<Guard, number>;
};

const WORKERS = 8;
const LOAD = 0.6;
const LONGEST = 60_000;
const MEAN_HANDLER = 1_983;
const EFFECT_AT = 0.95;
const RESTART = 2_000;
/** The whole worker stops, its extensions too: a suspended machine, a long collection. */
const PAUSE = 30_000;
const PAUSED_SHARE = 0.002;
const MAX_TRIES = 5;

type Step = { at: number; order: number; run: (now: number) => void };

export function simulate(scenario: Scenario): Outcome {
  return new Simulation(scenario).run();
}

class Simulation {
  private random: Random;
  private queue: Queue;
  private agenda = new Heap<Step>((a, b) => a.at - b.at || a.order - b.order);
  private order = 0;
  private idle = WORKERS;
  private attempts = 0;
  private sentAt = new Map<string, number>();
  private work = new Map<string, number>();
  private firstEffect = new Map<string, number>();
  private receivers = GUARDS.map((guard) => [guard, new Receiver(guard)] as const);

  constructor(private scenario: Scenario) {
    this.random = new Random(scenario.seed);
    this.queue = create({ lease: scenario.lease * 1000, maxTries: MAX_TRIES });
  }

  run(): Outcome {
    const { messages } = this.scenario;
    // Independent uniform times are a Poisson process of which the count is known.
    const span = (messages * MEAN_HANDLER) / (WORKERS * LOAD);
    for (let id = 0; id < messages; id++) {
      this.at(Math.floor(this.random.unit() * span), (now) => this.send(`m${id}`, now));
    }
    for (let step; (step = this.agenda.pop()); ) {
      step.run(step.at);
      this.dispatch(step.at);
    }
    return this.outcome();
  }

  private at(at: number, run: (now: number) => void) {
    this.agenda.push({ at, order: this.order++, run });
  }

  private draw(): number {
    return Math.min(LONGEST, Math.floor(1000 / Math.sqrt(1 - this.random.unit())));
  }

  private send(id: string, now: number) {
    this.sentAt.set(id, now);
    this.work.set(id, this.draw());
    apply(this.queue, { kind: "send", now, id, body: "", delay: 0 });
  }

  private dispatch(now: number) {
    while (this.idle > 0) {
      const lease = apply(this.queue, { kind: "receive", now });
      if (typeof lease !== "object") return;
      this.idle--;
      this.attempts++;
      this.at(lease.until, () => {}); // an idle worker looks again
      this.attempt(lease, now);
    }
  }

  /** A time line of one attempt: pause, crash, effect, acknowledgement. */
  private attempt({ message: { id }, receipt, until }: Lease, start: number) {
    const { random, scenario } = this;
    const work = scenario.slow === "message" ? this.work.get(id)! : this.draw();
    const pauseAt = random.chance(PAUSED_SHARE) ? random.unit() * work : Infinity;
    const crashAt = random.chance(scenario.crash) ? random.unit() * work : Infinity;
    const clock = (worked: number) => start + Math.floor(worked) + (worked > pauseAt ? PAUSE : 0);
    let lost = false;
    if (scenario.worker === "extends") {
      const end = clock(Math.min(work, crashAt));
      const paused = [start + pauseAt, start + pauseAt + PAUSE] as const;
      this.extend({ id, receipt, end, paused }, start, () => (lost = true));
    }
    if (EFFECT_AT * work < crashAt) {
      this.at(clock(EFFECT_AT * work), (now) => {
        if (scenario.worker === "checks") lost = now >= until;
        if (!lost) this.effect(id, receipt, now);
      });
    }
    if (crashAt < work) this.at(clock(crashAt) + RESTART, () => this.idle++);
    else {
      this.at(clock(work), (now) => {
        apply(this.queue, { kind: "ack", now, id, receipt });
        this.idle++;
      });
    }
  }

  /** A worker that learns that its lease is gone drops the work before its effect. */
  private extend(
    held: { id: string; receipt: number; end: number; paused: readonly [number, number] },
    from: number, lose: () => void,
  ) {
    const { id, receipt, end, paused } = held;
    let next = from + Math.floor((this.scenario.lease * 1000) / 3);
    if (next >= paused[0] && next < paused[1]) next = Math.ceil(paused[1]);
    if (next >= end) return;
    this.at(next, (now) => {
      if (!apply(this.queue, { kind: "extend", now, id, receipt })) return lose();
      this.at(now + this.queue.settings.lease, () => {});
      this.extend(held, now, lose);
    });
  }

  private effect(id: string, receipt: number, now: number) {
    if (!this.firstEffect.has(id)) this.firstEffect.set(id, now);
    for (const [, receiver] of this.receivers) receiver.call(id, receipt);
  }

  private outcome(): Outcome {
    const { messages } = this.scenario;
    const per1000 = (count: number) => (1000 * count) / messages;
    const waits = [...this.firstEffect].map(([id, at]) => at - this.sentAt.get(id)!);
    waits.sort((a, b) => a - b);
    const { dead } = this.queue;
    return {
      mean: waits.reduce((sum, wait) => sum + wait, 0) / waits.length / 1000,
      p99: waits[Math.floor(0.99 * waits.length)]! / 1000,
      repeats: per1000(this.attempts - messages),
      dead: per1000(counts(this.queue).dead),
      deadThoughDone: per1000(dead.filter(({ id }) => this.firstEffect.has(id)).length),
      doubled: Object.fromEntries(
        this.receivers.map(([guard, receiver]) => [guard, per1000(receiver.doubled())]),
      ) as Record<Guard, number>,
    };
  }
}
