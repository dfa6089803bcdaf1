// The same outage as in outage.mjs, event by event: heartbeats, the controller's rounds, HAProxy's
// checks, VRRP's advertisements, eviction, and requests one at a time. outage.mjs says what should
// come out; this says whether it does, with phases and requests that are drawn at random.
//
// 1. The kubelet of each board renews its lease; the controller on the server notices, or marks it.
// 2. A marked board's endpoints leave the Services, and after the toleration its pods are replaced.
// 3. HAProxy on the surviving board checks pods; VRRP gives it the address.
// 4. Each request takes the path that those tables give it, and fails if it meets the dead board.

import { clock } from "./events.mjs";
import { DEFAULTS } from "./outage.mjs";
import { random } from "./random.mjs";

const CHECK = { every: 2, timeout: 2, fall: 3 }; // HAProxy's inter, which also bounds a check, and fall
const ADVERTISE = 1;
const MISSED = 3 + (256 - 100) / 256; // advertisements, RFC 9568 section 6.1, priority 100
const SETTLE = 60; // seconds of normal operation before the power goes

export function outage(dead, setup, { seed = 1, seconds = 120, perSecond = 50, ...given } = {}) {
  const t = { ...DEFAULTS, ...given };
  const time = clock();
  const uniform = random(seed);
  const alive = (board) => board !== dead || time.now() < SETTLE;
  const every = (period, action) => {
    const again = () => (action(), time.after(period, again));
    time.at(uniform() * period, again);
  };

  const state = {
    web: new Set(["server", "agent"]), // endpoints that the Services and the ingress know
    checked: new Set(["server", "agent"]), // pods that HAProxy's checks have not given up
    redis: setup.redis,
    names: new Set(setup.dns === "single" ? ["server"] : ["server", "agent"]),
    address: dead,
  };
  const log = {};
  const note = (what) => (log[what] ??= time.now() - SETTLE);

  heartbeats({ time, every, alive, dead, t }, () => {
    note("marked");
    state.web.delete(dead);
    state.names.delete(dead);
    const toleration = setup.toleration ?? t.toleration;
    if (state.redis === dead && !setup.volume) time.after(toleration + t.podStart, () => (note("redis"), (state.redis = survivor(dead))));
  });
  if (setup.checks) checks({ time, every, alive, dead }, () => (note("checks"), state.checked.delete(dead)));
  advertisements({ time, every, alive, dead }, () => (note("address"), (state.address = survivor(dead))));

  const counts = Array.from({ length: seconds }, () => ({ sent: 0, page: 0, session: 0, lookup: 0 }));
  const request = () => {
    const second = Math.floor(time.now() - SETTLE);
    if (second >= 0 && second < seconds) count(counts[second], path({ state, setup, dead, uniform }));
    time.after(1 / perSecond, request);
  };
  time.at(SETTLE, request);
  time.run(SETTLE + seconds);
  return { log, shares: counts.map(({ sent, ...kinds }) => Object.fromEntries(Object.entries(kinds).map(([kind, ok]) => [kind, ok / sent]))) };
}

const survivor = (dead) => (dead === "agent" ? "server" : "agent");

// The controller restarts its clock when it notices a renewal; it runs on the server only.
function heartbeats({ time, every, alive, dead, t }, mark) {
  let renewed = 0;
  let noticed = { renewed: 0, at: 0 };
  every(t.leaseEvery, () => alive(dead) && (renewed = time.now()));
  let marked = false;
  every(t.monitorEvery, () => {
    if (!alive("server") || marked) return;
    if (renewed > noticed.renewed) noticed = { renewed, at: time.now() };
    // Rounds drift by the time that they take, so the tenth round is a moment past the grace period.
    if (time.now() - noticed.at < t.grace - 1e-6) return;
    marked = true;
    mark();
  });
}

function checks({ time, every, alive, dead }, giveUp) {
  let failures = 0;
  every(CHECK.every, () => {
    if (alive(dead)) return;
    time.after(CHECK.timeout, () => ++failures === CHECK.fall && giveUp());
  });
}

function advertisements({ time, every, alive, dead }, takeOver) {
  let last = 0;
  every(ADVERTISE, () => {
    if (!alive(dead)) return;
    const heard = (last = time.now());
    time.after(MISSED * ADVERTISE, () => last === heard && takeOver());
  });
}

function path({ state, setup, dead, uniform }) {
  const gone = (board) => board === dead;
  if (gone(state.address)) return { page: false, session: false, lookup: false };
  const known = [...state.web].filter((board) => state.checked.has(board));
  const page = !gone(known[Math.floor(uniform() * known.length)]);
  const resolvers = setup.dns === "local" ? [survivor(dead)] : [...state.names];
  const named = resolvers.length > 0 && !gone(resolvers[Math.floor(uniform() * resolvers.length)]);
  return { page, session: page && !gone(state.redis), lookup: page && named };
}

function count(second, answered) {
  second.sent++;
  for (const [kind, ok] of Object.entries(answered)) if (ok) second[kind]++;
}
