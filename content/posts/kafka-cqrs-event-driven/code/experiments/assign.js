// Consumers against 12 partitions, and who has to move when one of them leaves.

import { csv, three } from "../csv.js";
import { moved, most, range, roundRobin, sticky } from "../core/assign.js";

const PARTITIONS = 12;

export function assignTable() {
  const rows = Array.from({ length: 14 }, (_, i) => i + 1).map((consumers) => {
    const owners = roundRobin(PARTITIONS, consumers);
    return { consumers, most: most(owners), idle: Math.max(0, consumers - PARTITIONS),
      speedup: three(PARTITIONS / most(owners)), ...movedAfter(consumers) };
  });
  return csv("computed: one member of equally fast consumers leaves, the last; 12 partitions", rows);
}

// The members that stay keep their order, as the sorted member ids of a group do.
function movedAfter(consumers) {
  if (consumers === 1) return { range: 0, roundrobin: 0, sticky: 0 };
  const stay = Array.from({ length: consumers - 1 }, (_, member) => member);
  const [ranged, dealt] = [range, roundRobin].map((policy) =>
    moved(policy(PARTITIONS, consumers), policy(PARTITIONS, consumers - 1)));
  const before = roundRobin(PARTITIONS, consumers);
  return { range: ranged, roundrobin: dealt, sticky: moved(before, sticky(before, stay)) };
}
