// The balancer without its sockets: an event goes in, decisions come out.
//
// 1. a request chooses an instance among the eligible ones;
// 2. its end takes the load off again, and is judged;
// 3. checks admit, suspend and replace instances;
// 4. a tick scales, and then the fleet is brought to its target.
//
// No clock, no timer, no IO: the server and the simulation drive this same file.

import { newInstance } from './instance.js'
import { observe, read } from './latency.js'
import { charged, eligible, judge } from './outlier.js'
import { policies } from './policy.js'
import { scale } from './scaler.js'

/** @typedef {import('./instance.js').Instance} Instance */
/** @typedef {import('./outlier.js').Outcome} Outcome */

/**
 * @typedef {object} FleetSettings
 * @property {import('./policy.js').PolicyName} policy
 * @property {import('./outlier.js').OutlierSettings} outlier
 * @property {import('./scaler.js').ScalerSettings} scaler
 * @property {number} latencyMemory time constant of the latency average, ms
 * @property {number} replaceAfter an instance that fails this many checks in a row is replaced
 * @property {number} startTimeout an instance that is not ready after this time is replaced, ms
 * @property {number} drainTimeout a draining instance is stopped after this time even if requests are left, ms
 */

// #region events
/**
 * @typedef {{ kind: 'end', id: number, outcome: Outcome, took: number }} End
 * @typedef {{ kind: 'check', id: number, healthy: boolean }} Check
 * @typedef {{ kind: 'request' } | End | Check | { kind: 'exit', id: number } | { kind: 'tick' }} FleetEvent
 *
 * @typedef {{ kind: 'send' | 'eject' | 'admit' | 'start' | 'drain' | 'stop', id: number }} Order
 * @typedef {Order | { kind: 'refuse' }} Decision
 */
// #endregion

/**
 * @typedef {object} Fleet
 * @property {FleetSettings} settings
 * @property {import('./random.js').Random} random
 * @property {Instance[]} instances
 * @property {import('./scaler.js').Scaler} scaler
 * @property {import('./scaler.js').Seen} seen what the scaler has seen last
 * @property {number} requests
 * @property {number} started
 * @property {{ sum: number, changedAt: number, from: number }} area load in flight integrated over time since the last tick
 */

/**
 * @param {FleetSettings} settings
 * @param {import('./random.js').Random} random
 * @returns {Fleet}
 */
export const newFleet = (settings, random) => {
  const scaler = { target: settings.scaler.min, quietSince: null }
  const area = { sum: 0, changedAt: 0, from: 0 }
  const seen = { load: 0, ready: 0, ordered: 0, now: 0 }
  return { settings, random, instances: [], scaler, seen, requests: 0, started: 0, area }
}

/**
 * @param {Fleet} fleet
 * @param {FleetEvent} event
 * @param {number} now
 * @returns {Decision[]}
 */
export const step = (fleet, event, now) => {
  switch (event.kind) {
    case 'request':
      return [route(fleet, now)]
    case 'end':
      return end(fleet, event, now)
    case 'check':
      return check(fleet, event, now)
    case 'exit':
      return exit(fleet, event.id, now)
    case 'tick':
      return tick(fleet, now)
  }
}

/** @param {Fleet} fleet */
export const inFlight = (fleet) => {
  let sum = 0
  for (const it of fleet.instances) sum += it.load
  return sum
}

/**
 * @param {Fleet} fleet
 * @param {Instance['state'][]} states
 */
export const count = (fleet, ...states) => fleet.instances.filter((it) => states.includes(it.state)).length

/**
 * @param {Fleet} fleet
 * @param {number} now
 * @returns {Decision}
 */
const route = (fleet, now) => {
  const all = eligible(fleet.instances, now)
  if (all.length === 0) return { kind: 'refuse' }
  const draw = { turn: fleet.requests++, random: fleet.random }
  const { id } = policies[fleet.settings.policy](candidates(all, fleet.settings, now), draw)
  for (const it of all) if (it.id === id) addLoad(fleet, it, 1, now)
  return { kind: 'send', id }
}

/**
 * An instance without an answer yet is taken to be as fast as the others on average.
 *
 * @param {Instance[]} all
 * @param {FleetSettings} settings
 * @param {number} now
 */
const candidates = (all, settings, now) => {
  const latencies = all.map((it) => it.latency && read(it.latency, now, settings.latencyMemory))
  const known = latencies.filter((latency) => latency !== null)
  const usual = known.length > 0 ? known.reduce((sum, latency) => sum + latency) / known.length : 1
  return all.map((it, place) => ({ id: it.id, load: charged(it, now), latency: latencies[place] ?? usual }))
}

/**
 * @param {Fleet} fleet
 * @param {End} event
 * @param {number} now
 * @returns {Decision[]}
 */
const end = (fleet, event, now) => {
  const it = find(fleet, event.id)
  if (!it) return [] // it exited before its last request had ended
  const { outlier, latencyMemory } = fleet.settings
  addLoad(fleet, it, -1, now)
  const counted = event.outcome === 'failed' ? Math.max(event.took, outlier.failureCountsAs) : event.took
  it.latency = observe(it.latency, counted, now, latencyMemory)
  const ejected = judge(it, event.outcome, now, outlier)
  if (it.state === 'draining' && it.load === 0) return [{ kind: 'stop', id: it.id }]
  return ejected ? [{ kind: 'eject', id: it.id }] : []
}

/**
 * @param {Fleet} fleet
 * @param {Check} event
 * @param {number} now
 * @returns {Decision[]}
 */
const check = (fleet, event, now) => {
  const it = find(fleet, event.id)
  if (!it || it.state === 'draining') return []
  it.healthy = event.healthy
  it.failedChecks = event.healthy ? 0 : it.failedChecks + 1
  if (it.healthy && it.state === 'starting') {
    enter(it, 'ready', now)
    return [{ kind: 'admit', id: it.id }]
  }
  const replace = it.state === 'ready' && it.failedChecks >= fleet.settings.replaceAfter
  return replace ? [...drain(it, now), ...reconcile(fleet, now)] : []
}

/**
 * An instance that ran is replaced at once. One that never became ready waits for the next tick:
 * a program that crashes at its start then costs one start a tick and not a busy loop.
 *
 * @param {Fleet} fleet
 * @param {number} id
 * @param {number} now
 * @returns {Decision[]}
 */
const exit = (fleet, id, now) => {
  const it = find(fleet, id)
  if (!it) return []
  addLoad(fleet, it, -it.load, now)
  fleet.instances = fleet.instances.filter((other) => other !== it)
  return it.state === 'starting' ? [] : reconcile(fleet, now)
}

/**
 * @param {Fleet} fleet
 * @param {number} now
 * @returns {Decision[]}
 */
const tick = (fleet, now) => {
  const { startTimeout, drainTimeout, scaler } = fleet.settings
  const late = fleet.instances.filter((it) => it.state === 'starting' && now - it.since > startTimeout)
  const stuck = fleet.instances.filter((it) => it.state === 'draining' && now - it.since > drainTimeout)
  /** @type {Decision[]} */
  const decisions = stuck.map((it) => ({ kind: 'stop', id: it.id }))
  for (const it of late) decisions.push(...drain(it, now))
  const load = scaler.signal === 'mean' ? meanLoad(fleet, now) : inFlight(fleet)
  fleet.seen = { load, ready: count(fleet, 'ready'), ordered: count(fleet, 'ready', 'starting'), now }
  fleet.scaler = scale(fleet.scaler, fleet.seen, scaler)
  return [...decisions, ...reconcile(fleet, now)]
}

/**
 * Starts or drains until as many are ordered as the scaler wants.
 *
 * @param {Fleet} fleet
 * @param {number} now
 */
const reconcile = (fleet, now) => {
  /** @type {Decision[]} */
  const decisions = []
  const ordered = fleet.instances.filter((it) => it.state !== 'draining')
  for (let missing = fleet.scaler.target - ordered.length; missing > 0; missing--) {
    const it = newInstance(++fleet.started, now)
    fleet.instances.push(it)
    decisions.push({ kind: 'start', id: it.id })
  }
  // The least useful go first: unhealthy before healthy, then the youngest, whose caches are cold.
  ordered.sort((a, b) => Number(b.healthy) - Number(a.healthy) || a.id - b.id)
  for (const it of ordered.slice(fleet.scaler.target)) decisions.push(...drain(it, now))
  return decisions
}

/**
 * No new requests; those in flight may end.
 *
 * @param {Instance} it
 * @param {number} now
 * @returns {Decision[]}
 */
const drain = (it, now) => {
  enter(it, 'draining', now)
  return [{ kind: it.load === 0 ? 'stop' : 'drain', id: it.id }]
}

/**
 * @param {Instance} it
 * @param {Instance['state']} state
 * @param {number} now
 */
const enter = (it, state, now) => {
  it.state = state
  it.since = now
}

/**
 * @param {Fleet} fleet
 * @param {number} id
 */
const find = (fleet, id) => fleet.instances.find((it) => it.id === id)

/**
 * @param {Fleet} fleet
 * @param {Instance} it
 * @param {number} change
 * @param {number} now
 */
const addLoad = (fleet, it, change, now) => {
  fleet.area.sum += inFlight(fleet) * (now - fleet.area.changedAt)
  fleet.area.changedAt = now
  it.load += change
}

/**
 * @param {Fleet} fleet
 * @param {number} now
 */
const meanLoad = (fleet, now) => {
  const { sum, changedAt, from } = fleet.area
  const current = inFlight(fleet)
  fleet.area = { sum: 0, changedAt: now, from: now }
  return now > from ? (sum + current * (now - changedAt)) / (now - from) : current
}
