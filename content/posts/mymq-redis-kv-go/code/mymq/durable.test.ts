import { expect, test } from "bun:test";
import { ModelDisk } from "./disk.ts";
import { Durable, type Disk } from "./durable.ts";
import { checksum, decode, encode } from "./log.ts";
import { counts, view, type Lease } from "../core/queue.js";
import { Random } from "../core/random.js";

const SETTINGS = { lease: 30, maxTries: 3 };

function busy(disk: Disk, policy: "always" | "never", random: Random) {
  const durable = new Durable(disk, policy, SETTINGS);
  const first = durable.queue.sent;
  const receipts: number[] = [];
  for (let step = 0, now = durable.queue.now; step < 60; step++) {
    now += random.below(9);
    durable.handle({ kind: "send", now, id: `m${first + step}`, body: "x".repeat(step), delay: 0 });
    const lease = durable.handle({ kind: "receive", now }) as Lease | false;
    if (lease) receipts.push(lease.receipt);
    if (lease && random.chance(0.5)) {
      durable.handle({ kind: "ack", now, id: lease.message.id, receipt: lease.receipt });
    }
    durable.commit();
  }
  return { queue: durable.queue, receipts };
}

test("the checksum is CRC-32 by its published check value", () => {
  expect(checksum(new TextEncoder().encode("123456789"))).toBe("cbf43926");
});

test("a log cut at any byte yields the events before the cut", () => {
  const events = [1, 2, 3].map((epoch) => ({ kind: "open", epoch }) as const);
  const lines = events.map(encode);
  const bytes = Buffer.concat(lines);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const { events: read, whole } = decode(bytes.subarray(0, cut));
    expect(read).toEqual(events.slice(0, read.length));
    expect(whole).toBe(read.length * lines[0]!.length);
    expect(cut - whole).toBeLessThan(lines[0]!.length);
  }
});

test("one flipped bit ends the log before its line", () => {
  const lines = [1, 2, 3].map((epoch) => encode({ kind: "open", epoch }));
  const bytes = Buffer.concat(lines);
  for (let bit = 0; bit < 8 * lines[1]!.length; bit++) {
    const damaged = Uint8Array.from(bytes);
    damaged[lines[0]!.length + (bit >> 3)]! ^= 1 << (bit & 7);
    expect(decode(damaged).events.length).toBe(1);
  }
});

test("property: after a kill the queue is what it was at the last commit", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const disk = new ModelDisk();
    const before = view(busy(disk, "never", new Random(seed)).queue);
    const after = view(new Durable(disk, "never", SETTINGS).queue);
    expect({ ...after, epoch: 0, receipt: 0 }).toEqual({ ...before, epoch: 0, receipt: 0 });
  }
});

test("property: synced at each commit, nothing is lost with the power", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const disk = new ModelDisk();
    const random = new Random(seed);
    const before = counts(busy(disk, "always", random).queue);
    disk.losePower(random);
    expect(counts(new Durable(disk, "always", SETTINGS).queue)).toEqual(before);
  }
});

test("property: a receipt is never given out twice, though the log forgets", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const disk = new ModelDisk();
    const random = new Random(seed);
    const all: number[] = [];
    for (let start = 0; start < 4; start++) {
      all.push(...busy(disk, "never", random).receipts);
      disk.losePower(random);
    }
    expect(all.length).toBeGreaterThan(4);
    expect(all).toEqual([...new Set(all)].sort((a, b) => a - b));
  }
});

test("a restart with a shorter lease does not undo an acknowledgement", () => {
  const disk = new ModelDisk();
  const slow = new Durable(disk, "always", SETTINGS);
  slow.handle({ kind: "send", now: 0, id: "17", body: "", delay: 0 });
  const { receipt } = slow.handle({ kind: "receive", now: 0 }) as Lease;
  expect(slow.handle({ kind: "ack", now: 20, id: "17", receipt })).toBe(true);
  slow.commit();
  const quick = new Durable(disk, "always", { ...SETTINGS, lease: 10 });
  expect(counts(quick.queue)).toMatchObject({ sent: 1, done: 1, ready: 0 });
  quick.handle({ kind: "send", now: 20, id: "18", body: "", delay: 0 });
  expect(quick.handle({ kind: "receive", now: 20 })).toMatchObject({ until: 30 });
});

test("a power loss without a sync does lose events, so the tests above can fail", () => {
  let lost = 0;
  for (let seed = 1; seed <= 50; seed++) {
    const disk = new ModelDisk();
    const random = new Random(seed);
    const { sent } = busy(disk, "never", random).queue;
    disk.losePower(random);
    lost += sent - new Durable(disk, "never", SETTINGS).queue.sent;
  }
  expect(lost).toBeGreaterThan(50);
});
