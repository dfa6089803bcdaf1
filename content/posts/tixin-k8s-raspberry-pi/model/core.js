// The article's two boards, run at the pace of an outage. `cluster.mjs` is the cluster and `load.mjs` the boards under load. Here are only the
// running of time, the plugs, and what visitors do without an answer: they wait, and give up.
//
// 1. A tick is an eighth of a second. Each second, the share of visits that fails goes to the history.
// 2. A few visits are followed one at a time: what they meet is decided when they begin.
// 3. Rates and times are those of `load.mjs` for the boards that answer. What arrives beyond their capacity queues up.

import { BOARDS, SETTLE, cluster } from '../code/core/cluster.mjs'
import { clock } from '../code/core/events.mjs'
import { ASSUMED, LINK_BYTES_PER_MS, closed, open, simulate } from '../code/core/load.mjs'
import { random } from '../code/core/random.mjs'

/**
 * @typedef {import('../code/core/cluster.mjs').Name} Name
 * @typedef {'page' | 'session' | 'lookup'} Kind
 * @typedef {{ checks: boolean, dns: string, redis: string, toleration: number, replicas: string, load: string, rate: number, connections: number,
 *   size: number }} Settings
 * @typedef {{ board: Name, part: string }} Stop
 * @typedef {{ number: number, kind: Kind, at: number, stops: Stop[], answered: boolean }} Visit `at` is the tick of its beginning
 * @typedef {{ at: number, log: { [what: string]: number } }} Outage from when a board lost power last; the log is in seconds after that
 * @typedef {ReturnType<typeof initial>} State
 */

/** Seconds. */
export const TICK = 0.125
/** How long a visitor waits before giving up. Assumed. Seconds. */
export const PATIENCE = 10
/** Of the history. Seconds. */
export const SPAN = 120
/** Between two stops of a visit, which is drawn far slower than it is. Ticks. */
export const LEG = 8
/** Between two visits that are followed. Ticks. */
const FOLLOWED = 5

/** @type {Kind[]} */
export const KINDS = ['page', 'session', 'lookup']

/** @param {Settings} settings */
const setupOf = ({ checks, dns, redis, toleration, replicas }) => ({
  checks,
  dns,
  toleration,
  redis: /** @type {Name} */ (redis === 'server' ? 'server' : 'agent'),
  volume: redis !== 'free',
  replicas: replicas === 'one' ? 1 : 2,
  spread: replicas === 'anyway' ? 'ScheduleAnyway' : 'DoNotSchedule',
})

/**
 * @param {Settings} settings
 * @param {number} seed
 */
export const initial = (settings, seed) => {
  const time = clock()
  const setup = setupOf(settings)
  /** @param {string} what @param {Name} board */
  const note = (what, board) => {
    if (what === 'checks' && !setup.checks) return
    const outage = state.outages[board]
    if (outage) outage.log[what] ??= time.now() - SETTLE - outage.at
    state.news = { what, board }
  }
  const state = {
    settings: { ...settings },
    setup,
    time,
    cluster: cluster({ time, uniform: random(seed), setup, note }),
    draw: random(seed + 1), // a second stream, so that no setting changes what happens to the boards
    ticks: 0,
    visits: /** @type {Visit[]} */ ([]),
    /** Percent that fail in each second, oldest first. */
    history: { page: /** @type {number[]} */ ([]), session: /** @type {number[]} */ ([]), lookup: /** @type {number[]} */ ([]) },
    outages: /** @type {{ [board in Name]?: Outage }} */ ({}),
    plugged: 0, // when a board got power last
    news: /** @type {{ what: string, board: Name } | undefined} */ (undefined),
    orders: /** @type {Set<string>} */ (new Set()), // for the control plane, which may have no power
    backlog: 0, // visits that wait for a core
    well: /** @type {number | undefined} */ (0), // since when both boards answer and no visit fails
    failed: 0, // pages, since all was well
    failing: 0, // seconds without a break in which visits fail, or failed last
    fails: false,
    load: { asked: 0, rate: 0, p50: 0, p99: 0, wait: 0, served: 1 },
  }
  time.run(SETTLE)
  state.load = loadOf(state)
  return state
}

/** @param {State} state */
export const now = ({ ticks }) => ticks * TICK

/** @type {Map<string, ReturnType<typeof simulate>>} */
const simulated = new Map()

/**
 * The boards under a load. The same load is simulated once: it takes a fiftieth of a second.
 *
 * @param {'open' | 'closed'} drive
 * @param {number} load
 * @param {{ targets: number[], bytes: number }} given
 */
const under = (drive, load, given) => {
  const key = JSON.stringify([drive, load, given])
  const found = simulated.get(key) ?? simulate(drive === 'open' ? open(load) : closed(load), given)
  simulated.set(key, found)
  return found
}

/**
 * What is asked and answered a second, how long an answer takes (ms) and the queue before it (s), and the share that does not give up in it.
 *
 * @param {State} state
 */
const loadOf = ({ settings, cluster, backlog }) => {
  const { page } = cluster.shares()
  const { load, rate, connections, size } = settings
  const { address } = cluster.state
  const given = { targets: cluster.known().filter(cluster.answers).map(({ board }) => Number(board !== address)), bytes: size * 1000 }
  // A visitor without an answer holds a connection until giving up. By Little's law that bounds how much a fixed number of connections asks.
  const stuck = load === 'closed' && page < 1
  const wanted = stuck ? connections / ((1 - page) * PATIENCE) : rate
  if (!page) return { asked: wanted, rate: 0, p50: NaN, p99: NaN, wait: 0, served: 1 }
  if (load === 'closed' && !stuck) {
    const { rate, p50, p99 } = under('closed', connections, given)
    return { asked: rate, rate, p50, p99, wait: 0, served: 1 }
  }
  const capacity = under('closed', 256, given).rate
  const offered = wanted * page
  if (offered < capacity && !backlog) return { asked: wanted, wait: 0, served: 1, ...under('open', offered, given), rate: offered }
  const wait = Math.min(backlog / capacity, PATIENCE)
  const { p50, p99 } = under('closed', 8, given)
  const served = wait < PATIENCE ? 1 : Math.min(1, capacity / offered)
  return { asked: wanted, rate: capacity, p50: p50 + wait * 1000, p99: p99 + wait * 1000, wait, served }
}

/**
 * The share of visits that is answered now.
 *
 * @param {State} state
 */
export const answeredOf = ({ cluster, load }) => {
  const { page, session, lookup } = cluster.shares()
  return { page: page * load.served, session: session * load.served, lookup: lookup * load.served }
}

/** @param {State} state @returns {Visit} */
const visitOf = ({ cluster, draw, ticks, load }) => {
  const number = Math.floor(ticks / FOLLOWED)
  const kind = KINDS[number % KINDS.length]
  const { address, redis } = cluster.state
  const met = cluster.visit(draw)
  const isServed = draw() < load.served
  /** @type {Stop[]} */
  const stops = [{ board: address, part: 'ingress' }]
  if (cluster.serves(address) && met.web) stops.push({ board: met.web, part: 'web' })
  if (!isServed) return { number, kind, at: ticks, stops, answered: false }
  if (met.page && kind === 'session' && redis.board) stops.push({ board: redis.board, part: 'Redis' })
  if (met.page && kind === 'lookup' && met.resolver) stops.push({ board: met.resolver, part: 'DNS' })
  return { number, kind, at: ticks, stops, answered: met[kind] }
}

/**
 * The tick at which a visit is over.
 *
 * @param {Visit} visit
 */
const endOf = ({ at, stops, answered }) => at + LEG * (stops.length + Number(answered)) + (answered ? 0 : PATIENCE / TICK)

/**
 * An order waits until there is a control plane to take it.
 *
 * @param {State} state
 */
const obey = ({ cluster, orders }) => {
  if (!cluster.state.boards.server.up) return
  if (orders.has('replicas')) cluster.deploy()
  if (orders.has('redis')) cluster.restart()
  orders.clear()
}

/** @param {State} state */
const trouble = (state) => {
  if (state.well !== undefined) state.failed = 0
  state.well = undefined
}

/** @param {State} state */
const tick = (state) => {
  state.ticks += 1
  const { time, cluster, history, settings } = state
  const end = SETTLE + now(state)
  time.at(end, () => {}) // so that its time is that of the tick
  time.run(end)
  obey(state)
  state.visits = state.visits.filter((visit) => endOf(visit) > state.ticks)
  if (state.ticks % FOLLOWED === 0) state.visits.push(visitOf(state))

  const load = (state.load = loadOf(state))
  const beyond = settings.load === 'open' ? load.asked * cluster.shares().page - load.rate : 0
  state.backlog = load.rate ? Math.min(Math.max(0, state.backlog + beyond * TICK), load.rate * PATIENCE) : 0
  const answered = answeredOf(state)
  const fails = !invariants(state).answered
  if (fails) state.failing = TICK + (state.fails ? state.failing : 0)
  state.fails = fails
  if (fails || !BOARDS.every(cluster.serves)) trouble(state)
  else state.well ??= now(state)
  state.failed += load.asked * (1 - answered.page) * TICK
  if (state.ticks % (1 / TICK)) return
  for (const kind of KINDS) history[kind] = [...history[kind], 100 * (1 - answered[kind])].slice(-SPAN)
}

/** @param {State} state @param {Name} board */
const touch = (state, board) => {
  const { cluster, outages } = state
  if (!state.fails) state.failing = 0
  if (cluster.state.boards[board].power) {
    outages[board] = { at: now(state), log: {} }
    cluster.pull(board)
    trouble(state)
    state.news = { what: 'pulled', board }
  } else {
    state.plugged = now(state)
    cluster.plug(board)
    state.news = { what: 'plugged', board }
  }
}

/** @param {State} state @param {string} name @param {unknown} value */
const set = (state, name, value) => {
  const { settings, setup, cluster, time } = state
  Object.assign(settings, { [name]: value })
  Object.assign(setup, setupOf(settings))
  if (name === 'redis' || name === 'replicas') state.orders.add(name)
  for (const board of BOARDS) {
    const { marked, checked } = cluster.state.boards[board]
    const outage = state.outages[board]
    if (name === 'toleration' && marked !== undefined) cluster.tolerate(board)
    // What the checks found while the ingress did not heed them counts from now on.
    if (name === 'checks' && value && outage && !checked) outage.log.checks ??= now(state) - outage.at
  }
  time.run(SETTLE + now(state)) // a toleration that is over by now evicts at once
}

/**
 * @param {State} state
 * @param {{ type: string, name?: string, value?: unknown }} event
 */
export const step = (state, { type, name = '', value }) => {
  if (type === 'tick') tick(state)
  if (type === 'set') set(state, name, value)
  if (type === 'do') state.orders.add('redis')
  const board = BOARDS.find((it) => name === `board:${it}`)
  if (type === 'touch' && board) touch(state, board)
  return state
}

/**
 * Whether every visitor is answered, sooner or later.
 *
 * @param {State} state
 */
export const invariants = (state) => ({
  answered: Object.values(answeredOf(state)).every((share) => share === 1),
})

/**
 * The cores of a board that are busy, on average.
 *
 * @param {State} state
 * @param {Name} board
 */
export const busyOf = ({ cluster, load }, board) => {
  const pods = cluster.known().filter(cluster.answers)
  const here = pods.filter((pod) => pod.board === board).length / (pods.length || 1)
  return (load.rate / 1000) * (here * ASSUMED.serviceMs + (cluster.state.address === board ? ASSUMED.proxyMs : 0))
}

/**
 * The share of the port that answers leave by.
 *
 * @param {State} state
 */
export const portOf = ({ load, settings }) => (load.rate * settings.size) / LINK_BYTES_PER_MS
