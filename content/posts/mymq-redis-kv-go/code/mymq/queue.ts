/**
 * The queue without its surroundings: no clock, no disk, no randomness.
 *
 * 1. Every change is an event that carries its time.
 * 2. `apply` first settles what time alone decides, then the event itself.
 * 3. The same events give the same queue, so the log of events is the
 *    persistence, and a crash is a shorter log.
 *
 * The state is changed in place: a send costs the same with a million messages
 * waiting.
 */
import { Heap } from "./heap.ts";

export type Message = { id: string; body: string; tries: number };
export type Lease = { message: Message; receipt: number; until: number };
/** `lease` is in milliseconds. */
export type Settings = { lease: number; maxTries: number };

export type Event =
  | { kind: "open"; epoch: number }
  | { kind: "send"; now: number; id: string; body: string; delay: number }
  | { kind: "receive"; now: number }
  | { kind: "ack"; now: number; id: string; receipt: number }
  | { kind: "nack"; now: number; id: string; receipt: number; delay: number }
  | { kind: "extend"; now: number; id: string; receipt: number };

/** A message whose turn comes at `due`: its delay ends, or its lease `receipt` does. */
type Timer = { due: number; order: number; message: Message; receipt: number };

export type Queue = {
  readonly settings: Settings;
  ready: Message[];
  delayed: Set<string>;
  leased: Map<string, Lease>;
  dead: Message[];
  timers: Heap<Timer>;
  /** Ids of all lanes: a sender that repeats its send adds nothing. */
  known: Set<string>;
  now: number;
  order: number;
  receipt: number;
  epoch: number;
  sent: number;
  done: number;
};

/** Receipts of one start of the queue; 2^21 starts fit in an exact integer. */
export const RECEIPTS_PER_EPOCH = 2 ** 32;

export function create(settings: Settings): Queue {
  const timers = new Heap<Timer>((a, b) => a.due - b.due || a.order - b.order);
  return {
    settings, timers, ready: [], delayed: new Set(), leased: new Map(), dead: [],
    known: new Set(), now: 0, order: 0, receipt: 0, epoch: 0, sent: 0, done: 0,
  };
}

/** False: the event was refused, or changed nothing, and needs no record. */
export function apply(queue: Queue, event: Event): Lease | boolean {
  if (event.kind === "open") return open(queue, event.epoch);
  // A wall clock may be set back; a lease that has ended stays ended.
  queue.now = Math.max(queue.now, event.now);
  settle(queue);
  switch (event.kind) {
    case "send":
      return send(queue, event.id, event.body, event.delay);
    case "receive":
      return receive(queue);
    case "ack":
      return ack(queue, event.id, event.receipt);
    case "nack":
      return nack(queue, event.id, event.receipt, event.delay);
    case "extend":
      return extend(queue, event.id, event.receipt);
  }
}

// #region lease
/** Time decides first: whoever acknowledges late finds the lease gone. */
function settle(queue: Queue) {
  for (let timer; (timer = queue.timers.peek()) && timer.due <= queue.now; ) {
    queue.timers.pop();
    const { message, receipt } = timer;
    if (receipt === 0) {
      queue.delayed.delete(message.id);
      queue.ready.push(message);
    } else if (held(queue, message.id, receipt)?.until === timer.due) {
      queue.leased.delete(message.id);
      (message.tries < queue.settings.maxTries ? queue.ready : queue.dead).push(message);
    }
  }
}

function ack(queue: Queue, id: string, receipt: number): boolean {
  if (!held(queue, id, receipt)) return false;
  queue.leased.delete(id);
  queue.known.delete(id);
  queue.done++;
  return true;
}
// #endregion

function held(queue: Queue, id: string, receipt: number): Lease | undefined {
  const lease = queue.leased.get(id);
  return lease?.receipt === receipt ? lease : undefined;
}

function receive(queue: Queue): Lease | false {
  const message = queue.ready.shift();
  if (!message) return false;
  message.tries++;
  const receipt = ++queue.receipt; // only ever grows: a fencing token
  const lease = { message, receipt, until: queue.now + queue.settings.lease };
  queue.leased.set(message.id, lease);
  watch(queue, lease.until, message, receipt);
  return lease;
}

function send(queue: Queue, id: string, body: string, delay: number): boolean {
  if (queue.known.has(id)) return false;
  const message = { id, body, tries: 0 };
  queue.known.add(id);
  queue.sent++;
  postpone(queue, message, delay);
  return true;
}

/** The worker gives up early; the last try goes to the dead lane at once. */
function nack(queue: Queue, id: string, receipt: number, delay: number): boolean {
  const lease = held(queue, id, receipt);
  if (!lease) return false;
  queue.leased.delete(id);
  if (lease.message.tries < queue.settings.maxTries) postpone(queue, lease.message, delay);
  else queue.dead.push(lease.message);
  return true;
}

function extend(queue: Queue, id: string, receipt: number): boolean {
  const lease = held(queue, id, receipt);
  const until = queue.now + queue.settings.lease;
  if (!lease || until === lease.until) return lease !== undefined;
  lease.until = until;
  watch(queue, until, lease.message, receipt);
  return true;
}

/**
 * A start after a power loss may have forgotten the last receipts. An epoch
 * that was on disk before the first receipt keeps a token from being given out
 * twice.
 */
function open(queue: Queue, epoch: number): boolean {
  if (epoch <= queue.epoch) return false;
  queue.epoch = epoch;
  queue.receipt = epoch * RECEIPTS_PER_EPOCH;
  return true;
}

function postpone(queue: Queue, message: Message, delay: number) {
  if (delay <= 0) {
    queue.ready.push(message);
    return;
  }
  queue.delayed.add(message.id);
  watch(queue, queue.now + delay, message, 0);
}

function watch(queue: Queue, due: number, message: Message, receipt: number) {
  queue.timers.push({ due, order: queue.order++, message, receipt });
}

/** What a client may know, and what two equal queues agree in. */
export function view(queue: Queue) {
  const { ready, delayed, leased, dead, sent, done, receipt, epoch } = queue;
  return {
    sent, done, receipt, epoch,
    ready: ready.map((message) => ({ ...message })),
    delayed: [...delayed].sort(),
    leased: [...leased.values()].map((lease) => structuredClone(lease)),
    dead: dead.map((message) => ({ ...message })),
  };
}

export function counts(queue: Queue) {
  const { ready, delayed, leased, dead, sent, done } = queue;
  return {
    sent, done,
    ready: ready.length, delayed: delayed.size, leased: leased.size, dead: dead.length,
  };
}
