// The two boards, event by event: heartbeats, the controller's rounds, HAProxy's checks, VRRP's
// advertisements, eviction, and requests one at a time. Any board can lose power, and get it back, at
// any time. replay.mjs compares it with outage.mjs; the article's first figure runs it.
//
// 1. The kubelet of each board renews its lease; the controller on the server notices, or marks it.
// 2. A marked board's endpoints leave the Services, and after the toleration its pods are replaced.
// 3. HAProxy checks pods; VRRP gives the address to the board that is left.
// 4. Each request takes the path that those tables give it, and fails if it meets a dead board.

import { DEFAULTS, place } from "./defaults.mjs";

/**
 * @typedef {"server" | "agent"} Name
 * @typedef {{ board?: Name, ready: number }} Pod where it is bound, and from when it answers
 * @typedef {{ dns: string, redis: Name, volume?: boolean, checks: boolean, toleration?: number,
 *   replicas?: number, spread?: string }} Setup
 * @typedef {{ power: boolean, up: boolean, ready: number, renewed: number, marked?: number,
 *   noticed: { renewed: number, at: number }, evicted: boolean, failures: number, successes: number,
 *   checked: boolean }} Board
 */

// HAProxy's inter, which also bounds a check, fall and rise.
export const CHECK = { every: 2, timeout: 2, fall: 3, rise: 2 };
const ADVERTISE = 1;
const MISSED = 3 + (256 - 100) / 256; // advertisements, RFC 9568 section 6.1, priority 100
export const SETTLE = 60; // seconds of normal operation before anything happens
// Rounds drift by the time that they take, so the tenth round is a moment past the grace period.
const ROUNDING = 1e-6;

/** @type {Name[]} */
export const BOARDS = ["server", "agent"];

/** @param {Name} board @returns {Name} */
export const other = (board) => (board === "agent" ? "server" : "agent");

/**
 * `address`: the board that has it at first. `note` is called with what happens, and to which board.
 *
 * @param {{ time: ReturnType<typeof import("./events.mjs").clock>, uniform: () => number, setup: Setup,
 *   address?: Name, given?: object, note: (what: string, board: Name) => void }} options
 */
export function cluster({ time, uniform, setup, address = "server", given, note }) {
  const t = { ...DEFAULTS, ...given };
  /** @returns {Board} */
  const board = () => ({
    power: true,
    up: true, // its kernel and k3s run
    ready: 0, // from when its own pods answer
    renewed: 0,
    noticed: { renewed: 0, at: 0 },
    marked: undefined, // when it became NotReady
    evicted: false,
    failures: 0,
    successes: 0,
    checked: true, // HAProxy's checks have not given up its pods
  });
  const boards = { server: board(), agent: board() };
  const redis = /** @type {Pod} */ ({ board: setup.redis, ready: 0 });
  const state = { boards, address, heard: 0, web: /** @type {Pod[]} */ ([]), redis };

  const toleration = () => setup.toleration ?? t.toleration;
  /** @param {number} period @param {() => void} action */
  const every = (period, action) => {
    const again = () => (action(), time.after(period, again));
    time.at(uniform() * period, again);
  };

  /** @param {Pod} pod */
  const answers = ({ board, ready }) =>
    board !== undefined && boards[board].up && time.now() >= Math.max(ready, boards[board].ready);
  /** @param {Name} board */
  const serves = (board) => answers({ board, ready: 0 });

  /** Starts as many replicas as the setup wants. */
  function deploy() {
    const wanted = setup.replicas === 1 ? BOARDS.slice(0, 1) : BOARDS;
    state.web = wanted.map((board) => ({ board, ready: 0 }));
  }
  deploy();

  // 1. The controller restarts its clock when it notices a renewal; it runs on the server only.

  /** @param {Name} name */
  const renew = (name) => {
    if (boards[name].up && boards.server.up) boards[name].renewed = time.now();
  };
  for (const name of BOARDS) every(t.leaseEvery, () => renew(name));
  every(t.monitorEvery, () => {
    if (boards.server.up) BOARDS.forEach(look);
  });

  /**
   * The controller has just started, and gives each board its whole time.
   *
   * @param {Name} name
   */
  function begin(name) {
    boards[name].noticed.at = time.now();
    if (boards[name].marked !== undefined) tolerate(name);
  }

  /** @param {Name} name */
  function look(name) {
    const board = boards[name];
    if (board.renewed > board.noticed.renewed) {
      board.noticed = { renewed: board.renewed, at: time.now() };
      if (board.marked === undefined) return;
      board.marked = undefined;
      board.evicted = false;
      schedule();
      note("back", name);
    } else if (board.marked === undefined && time.now() - board.noticed.at >= t.grace - ROUNDING) {
      board.marked = time.now();
      note("marked", name);
      tolerate(name);
    }
  }

  // 2. Eviction by the taint, and where the replacements go.

  /** @param {Name} name */
  function tolerate(name) {
    time.at(Math.max(time.now(), (boards[name].marked ?? 0) + toleration()), () => evict(name));
  }

  /** @param {Name} name */
  function evict(name) {
    const board = boards[name];
    const isDue = board.marked !== undefined && time.now() >= board.marked + toleration() - ROUNDING;
    if (!isDue || board.evicted || !boards.server.up) return;
    board.evicted = true;
    for (const pod of state.web) if (pod.board === name) pod.board = undefined;
    note("evicted", name);
    schedule();
    if (state.redis.board !== name || setup.volume) return;
    const redis = (state.redis = { board: other(name), ready: time.now() + t.podStart });
    time.at(redis.ready, () => state.redis === redis && note("redis", name));
  }

  function schedule() {
    const alive = BOARDS.filter((name) => boards[name].up && boards[name].marked === undefined);
    for (const pod of state.web) {
      if (pod.board) continue;
      const running = { server: 0, agent: 0 };
      for (const { board } of state.web) if (board) running[board]++;
      const found = place(running, alive, setup.spread);
      if (found === "pending") continue;
      pod.board = found;
      pod.ready = time.now() + t.podStart;
    }
  }

  // 3. What needs no control plane: checks, and the address.

  for (const name of BOARDS) {
    const board = boards[name];
    every(CHECK.every, () => {
      if (!serves(name)) {
        board.successes = 0;
        time.after(CHECK.timeout, () => {
          if (serves(name) || ++board.failures !== CHECK.fall) return;
          board.checked = false;
          note("checks", name);
        });
      } else {
        board.failures = 0;
        if (++board.successes === CHECK.rise) board.checked = true;
      }
    });
  }

  function listen() {
    const last = state.heard;
    time.after(MISSED * ADVERTISE, () => {
      const next = BOARDS.find(serves);
      if (last !== state.heard || !next || next === state.address) return;
      note("address", state.address);
      state.address = next;
    });
  }
  every(ADVERTISE, () => {
    if (!serves(state.address)) return;
    state.heard = time.now();
    listen();
  });

  // 4. Requests.

  /** The replicas that the Services and the ingress know. */
  const known = () =>
    state.web.filter(({ board, ready }) => {
      const isListed = board && boards[board].marked === undefined && time.now() >= ready;
      return isListed && (!setup.checks || boards[board].checked);
    });

  /** @param {Pod | undefined} web @returns {(Name | undefined)[]} */
  function resolvers(web) {
    if (setup.dns === "single") return ["server"];
    return setup.dns === "local" ? [web?.board] : BOARDS.filter((name) => boards[name].marked === undefined);
  }

  /** @param {Pod | undefined} web @param {Name | undefined} resolver */
  function outcome(web, resolver) {
    const page = serves(state.address) && web !== undefined && answers(web);
    const lookup = page && resolver !== undefined && serves(resolver);
    return { web: web?.board, resolver, page, session: page && answers(state.redis), lookup };
  }

  /** A request, drawn at random. */
  function visit(draw = uniform) {
    const replicas = known();
    const web = replicas[Math.floor(draw() * replicas.length)];
    const names = resolvers(web);
    return outcome(web, names[Math.floor(draw() * names.length)]);
  }

  /** The share of requests that are answered now, by kind. */
  function shares() {
    const replicas = known();
    const webs = replicas.length ? replicas : [undefined];
    const all = webs.flatMap((web) => resolvers(web).map((resolver) => outcome(web, resolver)));
    /** @param {"page" | "session" | "lookup"} kind */
    const share = (kind) => (all.length ? all.filter((it) => it[kind]).length / all.length : 0);
    return { page: share("page"), session: share("session"), lookup: share("lookup") };
  }

  /** @param {Name} name */
  function pull(name) {
    boards[name].power = boards[name].up = false;
  }

  /** @param {Name} name */
  function plug(name) {
    const board = boards[name];
    const booted = time.now() + t.boot;
    board.power = true;
    board.ready = booted + t.podStart;
    time.at(booted, () => {
      // The plug may have been pulled again.
      if (!board.power || board.ready !== booted + t.podStart) return;
      board.up = true;
      BOARDS.forEach(renew);
      if (name === "server") BOARDS.forEach(begin);
    });
    time.at(board.ready, listen);
  }

  /** Starts Redis anew where the setup wants it, if that board is Ready. */
  function restart() {
    if (boards[setup.redis].marked !== undefined) return;
    state.redis = { board: setup.redis, ready: time.now() + t.podStart };
  }

  return { state, restart, answers, serves, known, visit, shares, pull, plug, deploy, tolerate };
}
