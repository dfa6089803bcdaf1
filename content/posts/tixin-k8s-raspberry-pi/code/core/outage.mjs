// What visitors see, second by second, after a board loses power.
//
// The cluster is one k3s server, which runs the control plane, and one agent. Both run an ingress and
// one replica of the web service; sessions are in one Redis. Three kinds of request are followed:
//   page     needs the ingress and a web replica
//   session  also needs Redis
//   lookup   also resolves a name in the cluster, as each new connection to another service does
// A request counts as answered if nothing on its path waits for a board that is gone. Retries, by
// visitors or by HAProxy, are not in the model.

// Defaults, with their sources in the article. Seconds.
export const DEFAULTS = {
  leaseEvery: 10, // kubelet renews its lease
  monitorEvery: 5, // the controller looks at all leases
  grace: 50, // node-monitor-grace-period; 40 before Kubernetes 1.32
  toleration: 300, // added to every pod that does not say otherwise
  podStart: 5, // assumed: image on the disk, process starts quickly
  address: 3.6, // VRRP's master-down interval, priority 100, advertisements each second
  checkFalls: 7, // HAProxy: three checks, 2 s each, and up to 2 s until the first
};

// #region detection
// The controller restarts a node's clock when it *notices* a renewed lease, not when the lease was
// renewed, and compares it at its own rounds. `lease` and `monitor` in 0..1 place the two rhythms.
export function unreachableAfter({ lease, monitor }, given = {}) {
  const { leaseEvery, monitorEvery, grace } = { ...DEFAULTS, ...given };
  const renewed = -lease * leaseEvery; // last renewal, before the board died at 0
  const noticed = renewed + monitor * monitorEvery;
  return noticed + grace;
}
// #endregion

// #region placement
// Where the scheduler puts a replica of a spread service. `running` counts replicas by board. A board
// that is down can take none, but counts as an empty one: nodeTaintsPolicy is Ignore by default.
export function place(running, alive, whenUnsatisfiable) {
  const least = Math.min(...Object.values(running));
  const fits = (board) => alive.includes(board) && running[board] + 1 - least <= 1;
  const even = alive.filter(fits);
  if (even.length > 0) return even[0];
  return whenUnsatisfiable === "ScheduleAnyway" ? alive[0] : "pending";
}
// #endregion

// When each thing recovers after `dead` ("server" or "agent") lost power. Infinity: not until the
// board is back.
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
function names(dead, { dns }, { noticed, replaced }) {
  if (dns === "local") return { until: 0, share: 0 };
  if (dns === "pair") return { until: noticed, share: 1 / 2 };
  return dead === "server" ? { until: replaced, share: 1 } : { until: 0, share: 0 }; // "single", on the server
}

// The share of requests answered in second `s`, by kind. The address is on the board that dies.
export function answered(s, heals) {
  if (s < heals.address) return { page: 0, session: 0, lookup: 0 };
  const page = s < heals.ingress ? 1 / 2 : 1;
  const named = s < heals.names.until ? 1 - heals.names.share : 1;
  return { page, session: s < heals.redis ? 0 : page, lookup: page * named };
}

// "none until 83 s", "half for good": the worst share once the address has moved, and its end.
export function verdict(kind, heals) {
  const ends = [heals.ingress, kind === "session" ? heals.redis : 0, kind === "lookup" ? heals.names.until : 0];
  const end = Math.max(...ends);
  const settled = Number.isFinite(end) ? end - 1e-9 : 1e9;
  const share = answered(settled, heals)[kind];
  if (end <= heals.address) return "all";
  const word = share === 0 ? "none" : share === 1 / 4 ? "a quarter" : "half";
  return Number.isFinite(end) ? `${word} until ${round(end)} s` : `${word}, for good`;
}

const round = (seconds) => Math.round(seconds * 10) / 10;

// Each step keeps the ones before it. The first trusts endpoints, and has everything that exists once
// on the server, which joined first; the last also tolerates a lost board for 30 s only.
export const STEPS = [
  ["As k3s starts", { dns: "single", redis: "server", volume: true, checks: false }],
  ["Ingress checks pods", { checks: true }],
  ["Two CoreDNS replicas", { dns: "pair" }],
  ["CoreDNS asked locally", { dns: "local" }],
  ["Redis on the agent", { redis: "agent" }],
  ["Redis without a volume", { volume: false, toleration: 30 }],
];

export function steps() {
  let setup = {};
  return STEPS.map(([name, change]) => ({ name, setup: (setup = { ...setup, ...change }) }));
}
