// How unevenly keys load partitions. Weights are shares of all records; they add up to 1.

import { murmur2 } from "./murmur2.js";

/** @param {number[]} weights */
const scaled = (weights) => {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
};

/** @param {number} keys @returns {number[]} */
export const even = (keys) => Array(keys).fill(1 / keys);
/** @param {number} keys */
export const zipf = (keys) => scaled(even(keys).map((_, rank) => 1 / (rank + 1)));
/** @param {number} keys @param {number} share @returns {number[]} */
export const hot = (keys, share) => [share, ...Array(keys - 1).fill((1 - share) / (keys - 1))];
/** @param {number} keys @param {number} share @param {number} ways @returns {number[]} */
export const split = (keys, share, ways) => [
  ...Array(ways).fill(share / ways), ...hot(keys, share).slice(1)];

// The hash of each key once; partition counts are then cheap to compare.
/** @param {number} keys @param {string} prefix */
export function hashes(keys, prefix) {
  const encoder = new TextEncoder();
  return Array.from({ length: keys }, (_, i) => murmur2(encoder.encode(`${prefix}${i}`)) & 0x7fffffff);
}

/** @param {number[]} weights @param {number[]} hashed @param {number} partitions @returns {number[]} */
export function loads(weights, hashed, partitions) {
  const load = Array(partitions).fill(0);
  weights.forEach((weight, i) => { load[hashed[i] % partitions] += weight; });
  return load;
}

/** @param {number[]} load */
export const busiest = (load) => Math.max(...load);

/** @param {number[]} values @param {number} q */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}
