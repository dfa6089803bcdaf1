/**
 * The queue without its surroundings: no clock, no disk, no randomness.
 *
 * 1. Every change is an event that carries its time.
 * 2. `apply` first settles what time alone decides, then the event itself.
 * 3. The same events give the same queue, so the log of events is the
 *    persistence, and a crash is a shorter log.
 *
 * The state is changed in place: a send costs the same with a million messages
 * waiting. JavaScript with types in comments, because the article's model runs
 * this file in the reader's browser.
 */
import { Heap } from "./heap.js";

/**
 * @typedef {{ id: string, body: string, tries: number }} Message
 * @typedef {{ message: Message, receipt: number, until: number }} Lease
 *
 * @typedef {{ lease: number, maxTries: number }} Settings `lease` is in milliseconds.
 *
 * @typedef {{ kind: "open", epoch: number }
 *   | { kind: "settings", now: number, settings: Settings }
 *   | { kind: "send", now: number, id: string, body: string, delay: number }
 *   | { kind: "receive", now: number }
 *   | { kind: "ack", now: number, id: string, receipt: number }
 *   | { kind: "nack", now: number, id: string, receipt: number, delay: number }
 *   | { kind: "extend", now: number, id: string, receipt: number }} Event
 *
 * A message whose turn comes at `due`: its delay ends, or its lease `receipt` does.
 * @typedef {{ due: number, order: number, message: Message, receipt: number }} Timer
 *
 * @typedef {ReturnType<typeof create>} Queue
 */

/** Receipts of one start of the queue; 2^21 starts fit in an exact integer. */
export const RECEIPTS_PER_EPOCH = 2 ** 32;

/** @param {Settings} settings */
export function create(settings) {
  return {
    settings: { ...settings },
    /** @type {Message[]} */
    ready: [],
    /** @type {Set<string>} */
    delayed: new Set(),
    /** @type {Map<string, Lease>} */
    leased: new Map(),
    /** @type {Message[]} */
    dead: [],
    timers: new Heap((/** @type {Timer} */ a, /** @type {Timer} */ b) => a.due - b.due || a.order - b.order),
    /**
     * Ids of all lanes: a sender that repeats its send adds nothing.
     *
     * @type {Set<string>}
     */
    known: new Set(),
    now: 0, order: 0, receipt: 0, epoch: 0, sent: 0, done: 0,
  };
}

/**
 * False: the event was refused, or changed nothing, and needs no record.
 *
 * @param {Queue} queue
 * @param {Event} event
 * @returns {Lease | boolean}
 */
export function apply(queue, event) {
  if (event.kind === "open") return open(queue, event.epoch);
  advance(queue, event.now);
  switch (event.kind) {
    case "settings":
      return set(queue, event.settings);
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

/**
 * What time alone decides. It needs no record.
 *
 * @param {Queue} queue
 * @param {number} now
 */
export function advance(queue, now) {
  // A wall clock may be set back; a lease that has ended stays ended.
  queue.now = Math.max(queue.now, now);
  settle(queue);
}

/** @param {Queue} queue */
// #region lease
function settle(queue) {
  // Time decides first: whoever acknowledges late finds the lease gone.
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
// #endregion

/**
 * @param {Queue} queue
 * @param {string} id
 * @param {number} receipt
 */
function ack(queue, id, receipt) {
  if (!held(queue, id, receipt)) return false;
  queue.leased.delete(id);
  queue.known.delete(id);
  queue.done++;
  return true;
}

/**
 * The lease, unless it has ended or is another one.
 *
 * @param {Queue} queue
 * @param {string} id
 * @param {number} receipt
 */
function held(queue, id, receipt) {
  const lease = queue.leased.get(id);
  return lease?.receipt === receipt ? lease : undefined;
}

/**
 * From now on: a lease that is held keeps its end.
 *
 * @param {Queue} queue
 * @param {Settings} settings
 */
function set(queue, { lease, maxTries }) {
  if (lease === queue.settings.lease && maxTries === queue.settings.maxTries) return false;
  queue.settings = { lease, maxTries };
  return true;
}

/** @param {Queue} queue */
function receive(queue) {
  const message = queue.ready.shift();
  if (!message) return false;
  message.tries++;
  const receipt = ++queue.receipt; // only ever grows: a fencing token
  const lease = { message, receipt, until: queue.now + queue.settings.lease };
  queue.leased.set(message.id, lease);
  watch(queue, lease.until, message, receipt);
  return lease;
}

/**
 * @param {Queue} queue
 * @param {string} id
 * @param {string} body
 * @param {number} delay
 */
function send(queue, id, body, delay) {
  if (queue.known.has(id)) return false;
  const message = { id, body, tries: 0 };
  queue.known.add(id);
  queue.sent++;
  postpone(queue, message, delay);
  return true;
}

/**
 * The worker gives up early; the last try goes to the dead lane at once.
 *
 * @param {Queue} queue
 * @param {string} id
 * @param {number} receipt
 * @param {number} delay
 */
function nack(queue, id, receipt, delay) {
  const lease = held(queue, id, receipt);
  if (!lease) return false;
  queue.leased.delete(id);
  if (lease.message.tries < queue.settings.maxTries) postpone(queue, lease.message, delay);
  else queue.dead.push(lease.message);
  return true;
}

/**
 * @param {Queue} queue
 * @param {string} id
 * @param {number} receipt
 */
function extend(queue, id, receipt) {
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
 *
 * @param {Queue} queue
 * @param {number} epoch
 */
function open(queue, epoch) {
  if (epoch <= queue.epoch) return false;
  queue.epoch = epoch;
  queue.receipt = epoch * RECEIPTS_PER_EPOCH;
  return true;
}

/**
 * @param {Queue} queue
 * @param {Message} message
 * @param {number} delay
 */
function postpone(queue, message, delay) {
  if (delay <= 0) {
    queue.ready.push(message);
    return;
  }
  queue.delayed.add(message.id);
  watch(queue, queue.now + delay, message, 0);
}

/**
 * @param {Queue} queue
 * @param {number} due
 * @param {Message} message
 * @param {number} receipt
 */
function watch(queue, due, message, receipt) {
  queue.timers.push({ due, order: queue.order++, message, receipt });
}

/**
 * What a client may know, and what two equal queues agree in.
 *
 * @param {Queue} queue
 */
export function view({ ready, delayed, leased, dead, sent, done, receipt, epoch }) {
  return {
    sent, done, receipt, epoch,
    ready: ready.map((message) => ({ ...message })),
    delayed: [...delayed].sort(),
    leased: [...leased.values()].map((lease) => structuredClone(lease)),
    dead: dead.map((message) => ({ ...message })),
  };
}

/** @param {Queue} queue */
export function counts({ ready, delayed, leased, dead, sent, done }) {
  return {
    sent, done,
    ready: ready.length, delayed: delayed.size, leased: leased.size, dead: dead.length,
  };
}
