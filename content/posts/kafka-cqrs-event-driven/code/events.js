// Made-up events: ids count up, versions count up for each entity, the seed decides the entities.

import { seeded } from "./core/random.js";

// weights: the share of each entity. Drawn by cumulative share.
export function makeEvents({ records, weights, seed }) {
  const random = seeded(seed);
  const cumulative = [];
  weights.reduce((sum, weight, i) => (cumulative[i] = sum + weight), 0);
  const versions = Array(weights.length).fill(0);
  return Array.from({ length: records }, (_, id) => {
    const entity = search(cumulative, random());
    versions[entity] += 1;
    return { id, entity, version: versions[entity], amount: 5 };
  });
}

function search(cumulative, at) {
  let low = 0, high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] > at) high = middle; else low = middle + 1;
  }
  return low;
}
