/**
 * The log of events: one line per event, "CHECKSUM JSON". A line is whole or it
 * does not count, and nothing after a broken line counts either: the lines
 * behind it may depend on it.
 */
import type { Event } from "../core/queue.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NEWLINE = 10;
/** Eight hexadecimal digits and a space. */
const PREFIX = 9;

export function encode(event: Event): Uint8Array {
  const json = JSON.stringify(event);
  return encoder.encode(`${checksum(encoder.encode(json))} ${json}\n`);
}

/** `whole` is the length of the part that can be trusted. */
export function decode(bytes: Uint8Array): { events: Event[]; whole: number } {
  const events: Event[] = [];
  let whole = 0;
  for (let end; (end = bytes.indexOf(NEWLINE, whole)) >= 0; whole = end + 1) {
    const line = bytes.subarray(whole, end);
    const json = line.subarray(PREFIX);
    if (decoder.decode(line.subarray(0, PREFIX)) !== `${checksum(json)} `) break;
    events.push(JSON.parse(decoder.decode(json)) as Event);
  }
  return { events, whole };
}

/** CRC-32 as in zlib and PNG: it finds torn and zeroed sectors, not forgery. */
export function checksum(bytes: Uint8Array): string {
  let crc = -1;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return (~crc >>> 0).toString(16).padStart(8, "0");
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
