// The article's simulation in slices of time, with hands on it: settings that change during the run, instances that are touched, and what is counted.
//
// 1. a tick advances the simulation, whose balancer is the one of the article;
// 2. each event of it is noted: who got the request, how it ended, what the scaler saw and did;
// 3. a changed setting is written into the settings that the balancer reads, and begins a new count.

import { inFlight } from '../code/core/fleet.js'
import { defaults } from '../code/core/settings.js'
import { Simulation, paidFor } from '../code/core/simulation.js'

/** @typedef {import('../code/core/simulation.js').Fault} Fault */
/** @typedef {import('../code/core/fleet.js').FleetEvent} FleetEvent */
/** @typedef {import('../code/core/fleet.js').Decision} Decision */

/**
 * @typedef {object} Settings
 * @property {number} load requests per second
 * @property {'least' | 'turn' | 'two' | 'ewma'} policy
 * @property {number} up
 * @property {number} down
 * @property {number} boot seconds
 * @property {'ready' | 'ordered' | 'all'} loop
 * @property {boolean} eject
 * @property {boolean} chance
 * @property {number} pace model seconds per second at speed 1
 *
 * @typedef {{ type: string, name?: string, value?: number | boolean | string }} Event
 */

/** Real milliseconds of a tick. */
export const TICK = 25

export const HIGHEST_LOAD = 24 // requests/s, which eight instances just carry
export const SLOTS = 4 // requests that an instance works on at once, as in the article
const SERVICE = 1_000 // ms: then requests per second are also the number in flight, if none waits

/** The first check and the boots at time zero are over, ms. */
const BEGUN = 1e-9

/** How long what has just happened can be seen, ms. */
export const RECENT = 600

/** Answers and requests that a share is computed from. */
const SHARE_OF = 100

/** Checks that the history keeps: ten minutes. */
export const CHECKS = 120

/** Places to draw instances at. */
export const SEATS = 8

/** @type {{ [name: string]: import('../code/core/policy.js').PolicyName }} */
export const policyNames = { least: 'least loaded', turn: 'round robin', two: 'two choices', ewma: 'peak EWMA' }

/**
 * The state of an instance in a word, and what a touch makes of it. `frozen` answers no check either.
 *
 * @type {{ [fault: string]: { word: string, next: Fault } }}
 */
export const faults = {
  none: { word: 'well', next: 'broken' },
  broken: { word: 'fails', next: 'slow' },
  slow: { word: 'slow', next: 'frozen' },
  frozen: { word: 'hangs', next: 'none' },
}

/**
 * What the article's code reads, for the settings of the reader.
 *
 * @param {Settings} settings
 */
const translated = ({ load, chance, boot, policy, up, down, loop, eject }) => ({
  load,
  even: !chance,
  bootTime: boot * 1000,
  /** @type {import('../code/core/settings.js').Settings} */
  settings: {
    ...defaults,
    policy: policyNames[policy],
    outlier: { failures: eject ? 3 : 0, ejectFor: 10_000, failureCountsAs: 0 },
    scaler: {
      ...defaults.scaler,
      up,
      down,
      divisor: loop === 'ready' ? loop : 'ordered',
      step: loop === 'all' ? 'shortfall' : 'one',
    },
  },
})

/** @param {number} ms */
export const clock = (ms) => {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/**
 * What is counted since the last change of a setting.
 *
 * @param {number} now
 */
const newCount = (now) => ({
  from: now,
  changes: 0,
  /** Where a change undid the one before. */
  reversals: 0,
  reversedAt: 0,
  direction: 0,
  overload: 0,
  paid: 0,
})

/**
 * The fleet has the size that this load needs, as if it had been running for long: each change of size is then needless.
 *
 * @param {Settings} settings
 * @param {number} seed
 */
export const initial = (settings, seed) => {
  const world = {
    ...translated(settings),
    seed,
    /** @returns {number} */
    rate: () => world.load,
    highestRate: HIGHEST_LOAD,
    serviceTime: SERVICE,
    slots: SLOTS,
    warm: true,
  }
  const { min, max, up } = world.settings.scaler
  const size = Math.min(max, Math.max(min, Math.ceil(settings.load / up)))
  const simulation = new Simulation(world, {
    event: (now, event, decisions) => note(state, now, event, decisions),
  })
  simulation.fleet.scaler.target = size
  const state = {
    settings: { ...settings },
    world,
    simulation,
    now: 0,
    size,
    count: newCount(0),
    /** Since when these hold, for the sums over time. */
    ready: size,
    paid: size,
    since: 0,
    /** @type {number[]} the place of each instance in the drawing, by its number; 0 is none */
    seats: Array(SEATS).fill(0),
    /** @type {{ at: number, number: number, id: number }[]} */
    sent: [],
    /** @type {{ at: number, id: number, failed: boolean }[]} */
    ended: [],
    /** @type {{ load: number, average: number, size: number }[]} */
    checks: [],
    arrived: 0,
    answered: 0,
    isTouched: false,
    says: '',
  }
  simulation.advance(BEGUN)
  return state
}

/** @typedef {ReturnType<typeof initial>} State */

/**
 * @param {State} state
 * @param {Event} event
 */
export const step = (state, { type, name = '', value }) => {
  if (type === 'tick') advance(state, state.now + TICK * state.settings.pace)
  if (type === 'set') set(state, name, value)
  if (type === 'touch') touch(state, Number(name.slice(name.indexOf(':') + 1)))
  if (type === 'do') touch(state, oldestWell(state))
  return state
}

/**
 * @param {State} state
 * @param {number} until
 */
const advance = (state, until) => {
  state.simulation.advance(until)
  state.now = until
  account(state, until)
}

/**
 * @param {State} state
 * @param {string} name
 * @param {unknown} value
 */
const set = (state, name, value) => {
  const { settings, world, now } = state
  Object.assign(settings, { [name]: value })
  const changed = translated(settings)
  // The balancer keeps the object that it was given.
  Object.assign(world, changed, { settings: Object.assign(world.settings, changed.settings) })
  if (name !== 'pace') state.count = newCount(now)
}

/** @param {State} state */
const oldestWell = ({ simulation }) =>
  simulation.fleet.instances.find(({ id, state }) => state === 'ready' && simulation.instance(id)?.fault === 'none')?.id ?? 0

/**
 * An instance that is not ready has nothing that could be broken yet, or not any more.
 *
 * @param {State} state
 * @param {number} id
 */
const touch = (state, id) => {
  const { simulation, now } = state
  const instance = simulation.instance(id)
  if (!instance || simulation.fleet.instances.every((it) => it.id !== id || it.state !== 'ready')) return
  simulation.infect(now, instance, faults[instance.fault].next)
  say(state, now, id, faults[instance.fault].word)
  state.isTouched = true
}

/**
 * @param {State} state
 * @param {number} now
 * @param {number} id
 * @param {string} what
 */
const say = (state, now, id, what) => {
  state.says = `At ${clock(now)}, instance ${id}: ${what}.`
}

/**
 * Adds up the time that has passed with the fleet as it was.
 *
 * @param {State} state
 * @param {number} now
 */
const account = (state, now) => {
  const { count, simulation, settings } = state
  const passed = now - state.since
  count.paid += state.paid * passed
  if (settings.load > settings.up * state.ready) count.overload += passed
  state.since = now
  state.ready = simulation.fleet.instances.filter((it) => it.state === 'ready' && it.healthy).length
  state.paid = paidFor(simulation.fleet)
}

/**
 * @param {State} state
 * @param {number} now
 * @param {FleetEvent} event
 * @param {Decision[]} decisions
 */
const note = (state, now, event, decisions) => {
  if (event.kind === 'request') {
    const [decision] = decisions
    state.arrived++
    if (decision.kind === 'send') keep(state.sent, { at: now, number: state.arrived, id: decision.id })
    else noteAnswer(state, now, 0, true)
    return
  }
  if (event.kind === 'end') noteAnswer(state, now, event.id, event.outcome !== 'ok')
  if (event.kind === 'end' && decisions.length === 0) return // the fleet is as it was
  account(state, now)
  if (event.kind === 'tick') noteCheck(state, now)
  if (event.kind === 'exit') state.seats = state.seats.map((id) => (id === event.id ? 0 : id))
  for (const it of state.simulation.fleet.instances) {
    if (!state.seats.includes(it.id) && state.seats.includes(0)) state.seats[state.seats.indexOf(0)] = it.id
  }
  if (event.kind === 'check' && !event.healthy) say(state, now, event.id, 'no answer to the check')
  for (const decision of decisions) {
    if (decision.kind === 'admit' && now > 0) say(state, now, decision.id, 'ready')
    if (decision.kind === 'eject') say(state, now, decision.id, 'out for 10 s')
    if (decision.kind === 'start' && event.kind === 'check') say(state, now, event.id, 'replaced')
  }
}

/**
 * What the scaler saw and did. A change in the other direction than the last one undoes it.
 *
 * @param {State} state
 * @param {number} now
 */
const noteCheck = (state, now) => {
  const { count, simulation, settings } = state
  const { seen, scaler } = simulation.fleet
  const average = seen.load / Math.max(1, settings.loop === 'ready' ? seen.ready : seen.ordered)
  if (now > 0) keep(state.checks, { load: seen.load, average, size: scaler.target }, CHECKS)
  const change = scaler.target - state.size
  if (change === 0) return
  state.size = scaler.target
  count.changes += Math.abs(change)
  const direction = Math.sign(change)
  if (direction === -count.direction) {
    count.reversals++
    count.reversedAt = now
  }
  count.direction = direction
  const why = change > 0 ? `above ${settings.up}` : `below ${settings.down} for 30 s`
  state.says = `At ${clock(now)}, ${scaler.target} instances: a load of ${average.toFixed(1)} is ${why}.`
}

/**
 * @param {State} state
 * @param {number} at
 * @param {number} id
 * @param {boolean} failed
 */
const noteAnswer = (state, at, id, failed) => {
  state.answered++
  keep(state.ended, { at, id, failed })
}

/**
 * Appends, and forgets the oldest.
 *
 * @template Item
 * @param {Item[]} list
 * @param {Item} item
 * @param {number} [most]
 */
const keep = (list, item, most = SHARE_OF) => {
  list.push(item)
  if (list.length > most) list.shift()
}

/**
 * The share of the last requests that this instance got, %.
 *
 * @param {State} state
 * @param {number} id
 */
export const shareOf = ({ sent }, id) => (100 * sent.filter((it) => it.id === id).length) / Math.max(1, sent.length)

/**
 * The share of the last answers that failed, %.
 *
 * @param {State} state
 */
export const errorsOf = ({ ended }) => (100 * ended.filter((it) => it.failed).length) / Math.max(1, ended.length)

/**
 * `counted`: every request that arrived is answered or counted as in flight, once. `calm`: no change of size undid another.
 *
 * @param {State} state
 */
export const invariants = ({ simulation, arrived, answered, count }) => ({
  counted: arrived === answered + inFlight(simulation.fleet),
  calm: count.reversals === 0,
})
