// Two boards under load: eight cores, one port to the clients, one between the boards.
//
// 1. A request enters at the board that holds the address and takes a little CPU there (the proxy).
// 2. The proxy sends it to the service on either board in turn.
// 3. An answer from the other board crosses its port first. Every answer leaves through the first
//    board's port to the clients.
//
// Times are in milliseconds, sizes in bytes. All parameters below are assumptions of this model,
// except the link, which is arithmetic.

import { clock } from "./events.mjs";
import { exponential, random } from "./random.mjs";

/**
 * @typedef {() => void} Action
 * @typedef {ReturnType<typeof clock>} Clock
 * @typedef {(source: { time: Clock, uniform: () => number, request: (finished: Action) => void }) => void} Drive
 */

// 1,448 bytes of payload in 1,538 byte times on the wire, at 125 MB/s.
export const LINK_BYTES_PER_MS = (125e6 * 1448) / 1538 / 1000;

export const ASSUMED = {
  boards: 2,
  cores: 4,
  proxyMs: 0.033, // HAProxy's 2.04 million/s on 64 Graviton2 cores, scaled to 2.4 GHz
  serviceMs: 0.4, // mean CPU time of a request, exponential
  bytes: 2000, // size of an answer
  warmupMs: 300,
  measureMs: 1200,
  seed: 1,
};

// `cores` servers with one queue, first come, first served.
/** @param {Clock} time @param {number} cores */
function station(time, cores) {
  let free = cores;
  /** @type {[number, Action][]} */
  const waiting = [];
  /** @param {[number, Action]} job */
  function start([work, done]) {
    time.after(work, () => {
      const following = waiting.shift();
      if (following) start(following);
      else free++;
      done();
    });
  }
  return (/** @type {number} */ work, /** @type {Action} */ done) => {
    if (free === 0) return void waiting.push([work, done]);
    free--;
    start([work, done]);
  };
}

/**
 * `drive` is closed(connections) or open(rate). `targets`: the boards with a replica, all if not given.
 *
 * @param {Drive} drive
 * @param {Partial<typeof ASSUMED> & { targets?: number[] }} given
 */
export function simulate(drive, { targets: some, ...given } = {}) {
  const setup = { ...ASSUMED, ...given };
  const end = setup.warmupMs + setup.measureMs;
  const time = clock();
  const uniform = random(setup.seed);
  const boards = Array.from({ length: setup.boards }, () => ({
    cpu: station(time, setup.cores),
    port: station(time, 1),
  }));
  const targets = some ?? [...boards.keys()];
  const transfer = setup.bytes / LINK_BYTES_PER_MS;
  /** @type {number[]} */
  const times = [];
  let turn = 0;

  /** @param {Action} finished */
  function request(finished) {
    const sent = time.now();
    const entry = boards[0];
    const target = boards[targets[turn++ % targets.length]];
    const answered = () => {
      if (time.now() >= setup.warmupMs) times.push(time.now() - sent);
      finished();
    };
    const leave = () => entry.port(transfer, answered);
    const served = target === entry ? leave : () => target.port(transfer, leave);
    entry.cpu(setup.proxyMs, () => target.cpu(exponential(uniform, setup.serviceMs), served));
  }

  drive({ time, uniform, request });
  time.run(end);
  return summary(times, setup);
}

// #region models
// Closed: a connection sends its next request when the last answer is there.
/** @type {(connections: number) => Drive} */
export const closed = (connections) => ({ request }) => {
  const loop = () => request(loop);
  for (let i = 0; i < connections; i++) loop();
};

// Open: requests come whether or not earlier ones are answered (Poisson).
/** @type {(perSecond: number) => Drive} */
export const open = (perSecond) => ({ time, uniform, request }) => {
  const arrive = () => {
    request(() => {});
    time.after(exponential(uniform, 1000 / perSecond), arrive);
  };
  arrive();
};
// #endregion

/** @param {ArrayLike<number>} sorted @param {number} share */
export function quantile(sorted, share) {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** @param {number[]} times @param {typeof ASSUMED} setup */
function summary(times, setup) {
  const sorted = Float64Array.from(times).sort();
  const rate = (sorted.length / setup.measureMs) * 1000;
  return {
    rate,
    mean: sorted.reduce((sum, it) => sum + it, 0) / sorted.length,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    link: (rate * setup.bytes) / (LINK_BYTES_PER_MS * 1000),
  };
}
