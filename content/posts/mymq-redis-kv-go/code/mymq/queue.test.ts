import { expect, test } from "bun:test";
import { advance, apply, counts, create, view, type Event, type Lease, type Queue } from "../core/queue.js";
import { Random } from "../core/random.js";

const SETTINGS = { lease: 30, maxTries: 3 };

function started(): Queue {
  const queue = create(SETTINGS);
  apply(queue, { kind: "open", epoch: 1 });
  return queue;
}

function send(queue: Queue, id: string, now = 0, delay = 0) {
  return apply(queue, { kind: "send", now, id, body: "", delay });
}

function receive(queue: Queue, now: number) {
  return apply(queue, { kind: "receive", now }) as Lease | false;
}

function ack(queue: Queue, now: number, lease: Lease) {
  return apply(queue, { kind: "ack", now, id: lease.message.id, receipt: lease.receipt });
}

/** Mostly sensible, sometimes late, repeated or for a lease of someone else. */
function randomEvents(random: Random, length: number): Event[] {
  const shadow = started();
  const receipts: { id: string; receipt: number }[] = [];
  const events: Event[] = [{ kind: "open", epoch: 1 }];
  for (let now = 0, step = 0; step < length; step++) {
    now += random.below(12);
    const event = randomEvent(random, now, receipts);
    const reply = apply(shadow, event);
    if (typeof reply === "object") {
      receipts.push({ id: reply.message.id, receipt: reply.receipt });
    }
    events.push(event);
  }
  return events;
}

function randomEvent(
  random: Random, now: number, receipts: { id: string; receipt: number }[],
): Event {
  const choice = random.below(11);
  const held = receipts.length > 0 ? random.pick(receipts.slice(-4)) : { id: "m0", receipt: 7 };
  if (choice < 3) {
    const delay = random.pick([0, 0, 0, 5, 40]);
    return { kind: "send", now, id: `m${random.below(60)}`, body: "", delay };
  }
  if (choice < 6) return { kind: "receive", now };
  if (choice < 8) return { kind: "ack", now, ...held };
  if (choice < 9) return { kind: "nack", now, ...held, delay: random.pick([0, 20]) };
  if (choice < 10) return { kind: "extend", now, ...held };
  return { kind: "settings", now, settings: { lease: random.pick([5, 30]), maxTries: 3 } };
}

function forRandomHistories(check: (events: Event[], random: Random) => void) {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed);
    check(randomEvents(random, 120), random);
  }
}

test("a late acknowledgement fails although nobody received in between", () => {
  const queue = started();
  send(queue, "17");
  const lease = receive(queue, 0) as Lease;
  expect(ack(queue, 30, lease)).toBe(false);
  expect(counts(queue)).toMatchObject({ ready: 1, leased: 0, done: 0 });
});

test("an acknowledgement within the lease ends the message", () => {
  const queue = started();
  send(queue, "17");
  expect(ack(queue, 29, receive(queue, 0) as Lease)).toBe(true);
  expect(counts(queue)).toMatchObject({ ready: 0, leased: 0, done: 1 });
});

test("the receipt of a lease that has ended does not end its successor", () => {
  const queue = started();
  send(queue, "17");
  const first = receive(queue, 0) as Lease;
  const second = receive(queue, 31) as Lease;
  expect(second.receipt).toBeGreaterThan(first.receipt);
  expect(ack(queue, 32, first)).toBe(false);
  expect(ack(queue, 33, second)).toBe(true);
});

test("an extended lease holds, until it too ends", () => {
  const queue = started();
  send(queue, "17");
  const lease = receive(queue, 0) as Lease;
  const { receipt } = lease;
  expect(apply(queue, { kind: "extend", now: 20, id: "17", receipt })).toBe(true);
  expect(receive(queue, 40)).toBe(false);
  expect(receive(queue, 50)).not.toBe(false);
  expect(apply(queue, { kind: "extend", now: 51, id: "17", receipt })).toBe(false);
});

test("the last try ends in the dead lane, by deadline and by nack", () => {
  const queue = started();
  send(queue, "slow");
  for (const now of [0, 30, 60]) receive(queue, now);
  expect(receive(queue, 90)).toBe(false);
  send(queue, "bad", 90);
  for (const now of [91, 92, 93]) {
    const { receipt } = receive(queue, now) as Lease;
    apply(queue, { kind: "nack", now, id: "bad", receipt, delay: 0 });
  }
  expect(view(queue).dead.map(({ id }) => id)).toEqual(["slow", "bad"]);
});

test("a new lease is for those who receive from now on", () => {
  const queue = started();
  send(queue, "17");
  send(queue, "18");
  const old = receive(queue, 0) as Lease;
  apply(queue, { kind: "settings", now: 1, settings: { ...SETTINGS, lease: 5 } });
  const short = receive(queue, 1) as Lease;
  expect(ack(queue, 6, short)).toBe(false);
  expect(ack(queue, 29, old)).toBe(true);
});

test("a delayed message cannot be received early", () => {
  const queue = started();
  send(queue, "later", 0, 100);
  expect(receive(queue, 99)).toBe(false);
  expect(receive(queue, 100)).not.toBe(false);
});

test("a repeated send adds nothing while the message is in a lane", () => {
  const queue = started();
  expect(send(queue, "17")).toBe(true);
  expect(send(queue, "17")).toBe(false);
  expect(counts(queue)).toMatchObject({ sent: 1, ready: 1 });
});

test("a clock that is set back does not shorten a lease", () => {
  const queue = started();
  send(queue, "17", 1000);
  const lease = receive(queue, 500) as Lease;
  expect(ack(queue, 1029, lease)).toBe(true);
});

test("an epoch that is not new is refused, so receipts cannot start over", () => {
  const queue = started();
  send(queue, "17");
  const { receipt } = receive(queue, 0) as Lease;
  expect(apply(queue, { kind: "open", epoch: 1 })).toBe(false);
  expect((receive(queue, 30) as Lease).receipt).toBe(receipt + 1);
});

test("property: every message is in exactly one lane", () => {
  forRandomHistories((events) => {
    const queue = create(SETTINGS);
    for (const event of events) {
      apply(queue, event);
      const { sent, done, ready, delayed, leased, dead } = counts(queue);
      expect(done + ready + delayed + leased + dead).toBe(sent);
      const { ready: waiting, leased: held, dead: buried } = view(queue);
      const ids = [...waiting, ...held.map(({ message }) => message), ...buried].map((m) => m.id);
      expect(new Set([...ids, ...queue.delayed]).size).toBe(ids.length + delayed);
    }
  });
});

test("property: no event succeeds under a receipt that is not the newest of its message", () => {
  forRandomHistories((events) => {
    const queue = create(SETTINGS);
    const newest = new Map<string, { receipt: number; until: number }>();
    for (const event of events) {
      const reply = apply(queue, event);
      if (typeof reply === "object") {
        newest.set(reply.message.id, { receipt: reply.receipt, until: reply.until });
      }
      if (!("receipt" in event) || reply !== true) continue;
      expect(newest.get(event.id)!.receipt).toBe(event.receipt);
      expect(newest.get(event.id)!.until).toBeGreaterThan(event.now);
      if (event.kind === "extend") newest.get(event.id)!.until = event.now + queue.settings.lease;
    }
  });
});

test("property: receipts only grow, over starts as well", () => {
  forRandomHistories((events, random) => {
    const queue = create(SETTINGS);
    let last = 0;
    let epoch = 1;
    for (const event of events) {
      if (random.chance(0.05)) apply(queue, { kind: "open", epoch: ++epoch });
      const reply = apply(queue, event);
      if (typeof reply !== "object") continue;
      expect(reply.receipt).toBeGreaterThan(last);
      last = reply.receipt;
    }
  });
});

test("property: refused events may be left out of the log", () => {
  forRandomHistories((events) => {
    const whole = create(SETTINGS);
    const short = create(SETTINGS);
    for (const event of events) if (apply(whole, event) !== false) apply(short, event);
    const now = whole.now + 1;
    for (const queue of [whole, short]) advance(queue, now);
    expect(view(short)).toEqual(view(whole));
  });
});

test("property: no message is handed out more often than its tries", () => {
  forRandomHistories((events) => {
    const queue = create(SETTINGS);
    for (const event of events) {
      const reply = apply(queue, event);
      if (typeof reply === "object") {
        expect(reply.message.tries).toBeLessThanOrEqual(SETTINGS.maxTries);
      }
    }
  });
});
