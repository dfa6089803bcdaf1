// What follows from published figures without any simulation.

import { LINK_BYTES_PER_MS } from "./load.mjs";

export const PORT_BYTES_PER_S = LINK_BYTES_PER_MS * 1000;

// Little's law, solved for the mean time in the system, in milliseconds.
export const meanTime = (inSystem, perSecond) => (inSystem / perSecond) * 1000;

// Shares of the request rate whose answers the busier port sends. `layout` is one of:
//   one-address  VRRP: every answer to a client leaves by one port
//   two-local    both boards have an address, and answer from their own pods
//   two-crossing both boards have an address, and half of the answers come from the other board
const SENT_BY_BUSIER_PORT = {
  "one-address": 1,
  "two-local": 1 / 2,
  "two-crossing": 1 / 2 + 1 / 4,
};
export const largestAnswer = (layout, perSecond) => PORT_BYTES_PER_S / (perSecond * SENT_BY_BUSIER_PORT[layout]);

export function majority(members) {
  const needed = Math.floor(members / 2) + 1;
  return { members, needed, tolerated: members - needed };
}

// The share of time in which at least `needed` of `members` boards are up, each `up` of the time.
export function available(needed, members, up) {
  let sum = 0;
  for (let alive = needed; alive <= members; alive++) sum += choose(members, alive) * up ** alive * (1 - up) ** (members - alive);
  return sum;
}

const choose = (n, k) => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
