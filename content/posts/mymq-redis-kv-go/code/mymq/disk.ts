/**
 * Two disks with the same face: a real file, and a model that can lose power.
 * Killing a process leaves the page cache alone. Only the model can show what
 * an absent sync costs.
 */
import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Disk } from "./durable.ts";
import type { Random } from "../core/random.js";

export function file(path: string): Disk & { close(): void } {
  const descriptor = openSync(path, "a+");
  return {
    read: () => readFileSync(path),
    truncate: (length) => ftruncateSync(descriptor, length),
    write(bytes) {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    },
    sync: () => fdatasyncSync(descriptor),
    close: () => closeSync(descriptor),
  };
}

/** The unit that a disk writes whole or not at all. */
const SECTOR = 512;

// #region powerloss
export class ModelDisk implements Disk {
  private bytes = new Uint8Array(1 << 16);
  private length = 0;
  private synced = 0;
  syncs = 0;

  write(bytes: Uint8Array) {
    this.reserve(this.length + bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  sync() {
    this.synced = this.length;
    this.syncs++;
  }

  /** The kernel may have written any unsynced sector, in any order. */
  losePower(random: Random) {
    const end = this.synced + random.below(this.length - this.synced + 1);
    for (let at = this.synced; at < end; at += SECTOR) {
      if (random.chance(0.5)) this.bytes.fill(0, at, Math.min(at + SECTOR, end));
    }
    this.truncate(end);
    this.synced = end;
  }
  // #endregion

  read(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  truncate(length: number) {
    this.length = length;
    this.synced = Math.min(this.synced, length);
  }

  private reserve(length: number) {
    if (length <= this.bytes.length) return;
    const larger = new Uint8Array(2 * length);
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
