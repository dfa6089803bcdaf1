/**
 * The queue with its log. Replies may leave only after `commit`.
 *
 * 1. `handle` applies an event and puts its record into a buffer.
 * 2. `commit` writes the buffer with one write and, under `always`, syncs it.
 * 3. `tick` syncs under `everysec`.
 *
 * Many events can share one `commit`, and so one sync: the price of a sync is
 * paid per batch of replies.
 */
import { apply, create, type Event, type Lease, type Queue, type Settings } from "../core/queue.js";
import { decode, encode } from "./log.ts";

export type Policy = "always" | "everysec" | "never";

/** A file that only grows. `write` reaches the page cache, `sync` the disk. */
export interface Disk {
  read(): Uint8Array;
  truncate(length: number): void;
  write(bytes: Uint8Array): void;
  sync(): void;
}

export class Durable {
  readonly queue: Queue;
  private buffer: Uint8Array[] = [];
  private dirty = false;

  constructor(private disk: Disk, private policy: Policy, settings: Settings) {
    // The log says what each start was set to: under a shorter lease, an old
    // acknowledgement would come too late.
    this.queue = create({ lease: 0, maxTries: 0 });
    const { events, whole } = decode(disk.read());
    for (const event of events) apply(this.queue, event);
    disk.truncate(whole);
    this.handle({ kind: "open", epoch: this.queue.epoch + 1 });
    this.handle({ kind: "settings", now: this.queue.now, settings });
    this.write();
    // Under every policy: a receipt must not be given out twice.
    disk.sync();
    this.dirty = false;
  }

  handle(event: Event): Lease | boolean {
    const reply = apply(this.queue, event);
    if (reply !== false) this.buffer.push(encode(event));
    return reply;
  }

  commit() {
    this.write();
    if (this.policy === "always") this.sync();
  }

  /** Once a second. */
  tick() {
    if (this.policy === "everysec") this.sync();
  }

  private write() {
    if (this.buffer.length === 0) return;
    this.disk.write(Buffer.concat(this.buffer));
    this.buffer = [];
    this.dirty = true;
  }

  private sync() {
    if (this.dirty) this.disk.sync();
    this.dirty = false;
  }
}
