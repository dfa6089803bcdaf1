// Where a key lands. The hash of Kafka's Java client, bit for bit: org.apache.kafka.common.utils.Utils.murmur2.

//#region murmur2
const MIX = 0x5bd1e995;

/** @param {Uint8Array} bytes */
export function murmur2(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let hash = 0x9747b28c ^ bytes.length;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    let word = Math.imul(view.getInt32(at, true), MIX);
    word = Math.imul(word ^ (word >>> 24), MIX);
    hash = Math.imul(hash, MIX) ^ word;
  }
  const rest = bytes.length - at;
  if (rest > 2) hash ^= bytes[at + 2] << 16;
  if (rest > 1) hash ^= bytes[at + 1] << 8;
  if (rest > 0) hash = Math.imul(hash ^ bytes[at], MIX);
  hash = Math.imul(hash ^ (hash >>> 13), MIX);
  return hash ^ (hash >>> 15);
}

// The sign bit is cleared, not negated: abs(-2^31) is negative in Java.
/** @param {string} key @param {number} partitions */
export function partitionOf(key, partitions) {
  return (murmur2(new TextEncoder().encode(key)) & 0x7fffffff) % partitions;
}
//#endregion
