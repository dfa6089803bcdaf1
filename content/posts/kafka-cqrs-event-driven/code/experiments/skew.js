// The busiest partition's share, over many draws of the key names: one draw is luck.

import { csv, three } from "../csv.js";
import { busiest, even, hashes, hot, loads, quantile, split, zipf } from "../core/skew.js";

const DRAWS = 200, MANY = 5_000;
const CASES = [
  ["5 000 even keys", even(MANY)],
  ["100 even keys", even(100)],
  ["5 000 Zipf keys", zipf(MANY)],
  ["one key has 20 %", hot(MANY, 0.2)],
  ["that key split in 16", split(MANY, 0.2, 16)],
];

export function skewTable() {
  const shares = new Map();
  for (let draw = 0; draw < DRAWS; draw++) {
    const hashed = hashes(MANY + 16, `draw-${draw}-entity-`);
    for (const [name, weights] of CASES) {
      for (const partitions of [12, 48]) {
        const key = `${name},${partitions}`;
        if (!shares.has(key)) shares.set(key, []);
        shares.get(key).push(busiest(loads(weights, hashed, partitions)));
      }
    }
  }
  return csv(`computed: murmur2 of ${DRAWS} sets of key names; median and 5 to 95 per cent`,
    [...shares].map(([key, values]) => row(key.split(","), values)));
}

function row([keys, partitions], values) {
  const percent = (q) => three(100 * quantile(values, q));
  return { keys, partitions, low: percent(0.05), share: percent(0.5), high: percent(0.95),
    works: three(1 / quantile(values, 0.5)) };
}
