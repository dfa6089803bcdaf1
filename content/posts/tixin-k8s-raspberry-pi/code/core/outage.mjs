// What visitors see, second by second, after a board loses power.
//
// The cluster is one k3s server, which runs the control plane, and one agent. Both run an ingress and
// one replica of the web service; sessions are in one Redis. Three kinds of request are followed:
//   page     needs the ingress and a web replica
//   session  also needs Redis
//   lookup   also resolves a name in the cluster, as each new connection to another service does
// A request counts as answered if nothing on its path waits for a board that is gone. Retries, by
// visitors or by HAProxy, are not in the model.

import { DEFAULTS } from "./defaults.mjs";

// #region detection
// The controller restarts a node's clock when it *notices* a renewed lease, not when the lease was
// renewed, and compares it at its own rounds. `lease` and `monitor` in 0..1 place the two rhythms.
/** @param {{ lease: number, monitor: number }} phases */
export function unreachableAfter({ lease, monitor }, given = {}) {
  const { leaseEvery, monitorEvery, grace } = { ...DEFAULTS, ...given };
  const renewed = -lease * leaseEvery; // last renewal, before the board died at 0
  const noticed = renewed + monitor * monitorEvery;
  return noticed + grace;
}
// #endregion

/**
 * @typedef {{ dns: string, redis: string, volume?: boolean, checks: boolean, toleration?: number }} Setup
 * @typedef {"page" | "session" | "lookup"} Kind
 * @typedef {ReturnType<typeof recovery>} Heals
 */

/**
 * When each thing recovers after `dead` ("server" or "agent") lost power. Infinity: not until the board is back.
 *
 * @param {string} dead
 * @param {Setup} setup
 */
export function recovery(dead, setup, given = {}) {
  const t = { ...DEFAULTS, ...given };
  const controlled = dead === "agent"; // is there a control plane to notice?
  const noticed = controlled ? unreachableAfter({ lease: 0.5, monitor: 0.5 }, t) : Infinity;
  const replaced = noticed + (setup.toleration ?? t.toleration) + t.podStart;
  return {
    address: t.address,
    endpoints: noticed,
    ingress: setup.checks ? Math.min(t.checkFalls, noticed) : noticed,
    redis: setup.redis !== dead ? 0 : setup.volume ? Infinity : replaced,
    names: names(dead, setup, { noticed, replaced: noticed + t.toleration + t.podStart }),
  };
}

// `share` of lookups fails until `until`.
/** @param {string} dead @param {Setup} setup @param {{ noticed: number, replaced: number }} after */
function names(dead, { dns }, { noticed, replaced }) {
  if (dns === "local") return { until: 0, share: 0 };
  if (dns === "pair") return { until: noticed, share: 1 / 2 };
  return dead === "server" ? { until: replaced, share: 1 } : { until: 0, share: 0 }; // "single", on the server
}

// The share of requests answered in second `s`, by kind. The address is on the board that dies.
/** @param {number} s @param {Heals} heals */
export function answered(s, heals) {
  if (s < heals.address) return { page: 0, session: 0, lookup: 0 };
  const page = s < heals.ingress ? 1 / 2 : 1;
  const named = s < heals.names.until ? 1 - heals.names.share : 1;
  return { page, session: s < heals.redis ? 0 : page, lookup: page * named };
}

// "none until 83 s", "half for good": the worst share once the address has moved, and its end.
/** @param {Kind} kind @param {Heals} heals */
export function verdict(kind, heals) {
  const ends = [heals.ingress, kind === "session" ? heals.redis : 0, kind === "lookup" ? heals.names.until : 0];
  const end = Math.max(...ends);
  const settled = Number.isFinite(end) ? end - 1e-9 : 1e9;
  const share = answered(settled, heals)[kind];
  if (end <= heals.address) return "all";
  const word = share === 0 ? "none" : share === 1 / 4 ? "a quarter" : "half";
  return Number.isFinite(end) ? `${word} until ${round(end)} s` : `${word}, for good`;
}

/** @param {number} seconds */
const round = (seconds) => Math.round(seconds * 10) / 10;

// Each step keeps the ones before it. The first trusts endpoints, and has everything that exists once
// on the server, which joined first; the last also tolerates a lost board for 30 s only.
/** @type {[string, Partial<Setup>][]} */
export const STEPS = [
  ["As k3s starts", { dns: "single", redis: "server", volume: true, checks: false }],
  ["Ingress checks pods", { checks: true }],
  ["Two CoreDNS replicas", { dns: "pair" }],
  ["CoreDNS asked locally", { dns: "local" }],
  ["Redis on the agent", { redis: "agent" }],
  ["Redis without a volume", { volume: false, toleration: 30 }],
];

export function steps() {
  let setup = /** @type {Setup} */ ({});
  return STEPS.map(([name, change]) => ({ name, setup: (setup = { ...setup, ...change }) }));
}
