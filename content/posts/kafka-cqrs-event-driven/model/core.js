// The consumer group as a model: the lanes, assignments and hashes of the article's code, with time and faults around them.
//
// 1. Records arrive as fast as ten minutes for 1.8 million demand, and fall into lanes by the hash of their keys.
// 2. Consumers take batches (`lanes.js`); when a batch is done, its effect is stored.
// 3. A consumer that is killed dies between its two steps, effect and offset. After a while its lanes go to the others (`assign.js`).
// 4. The forecast drains 1.8 million records with the same code: as things are, and with one thing improved.

import { moved, most, range, sticky } from '../code/core/assign.js'
import { begin, bounds, bury, join, reassign, rewind, simulate, soonest, turn, waiting } from '../code/core/lanes.js'
import { seeded } from '../code/core/random.js'
import { busiest, even, hashes, hot, loads } from '../code/core/skew.js'

/** @typedef {import('../code/core/lanes.js').Run} Run */
/** @typedef {import('../code/core/lanes.js').Batch} Batch */
/** @typedef {import('../code/core/lanes.js').Consumer} Consumer */

/**
 * @typedef {{ partitions: number, consumers: number, keys: string, batch: number, commit: number, record: number, offset: string }} Settings
 * `commit` is in milliseconds, `record` in microseconds. `offset` is where the offset is stored: with the effect, first, or after it.
 *
 * @typedef {{ id: number, at: number, noticed: boolean }} Dead
 *
 * @typedef {{ settings: Settings, seed: number, now: number, ticks: number, run: Run, shares: number[], keys: number[][], hot: number,
 *   next: number[], times: number[][], dead: Dead[], doomed: { id?: number, at: number } | undefined, history: number[], forecast: Forecast,
 *   earlier: number, applied: number, dropped: number, lost: number, doubled: number, says: string | undefined }} State
 * `next` is the offset of each lane in the database, `times` how often each record was applied. `earlier` records arrived before the lanes were
 * laid out as they are.
 *
 * @typedef {{ now: number, keys: number, consumers: number, commits: number, limit: string, members: number, enough: number }} Forecast
 * Rates are in records/s. Of `members` consumers, `enough` would be as fast.
 *
 * @typedef {{ type: string, name?: string, value?: unknown }} Event
 */

/** Seconds that pass in one tick. */
export const slice = 0.000_25
/** The records and the rate of ten minutes. */
export const total = 1_800_000
const arriving = total / 600
/** Seconds until the group notices a death. Real groups take seconds, which would be minutes here. */
export const notice = 0.02
/** Seconds after which a kill that was ordered before the start is carried out: then there is something to lose. */
const settled = 0.01
/** Records that wait at the start. */
const backlog = 60
/** Cores, and their seconds for a commit and a record, as measured: 430 µs at one record a commit, 10 µs at a thousand. */
const cores = 2
const cpu = { commit: 0.000_42, record: 0.000_01 }
/** Batches that a forecast simulates. */
const batches = 1_000
/** Ticks from one value of the history to the next, and how many it holds. */
const [every, longest] = [4, 150]

/** What the busiest key has of all records, and how many keys there are. @type {Record<string, [number, number]>} */
const skews = { even: [0, 5_000], hundred: [0, 100], fifth: [0.2, 5_000], half: [0.5, 5_000] }

/** @param {Settings} settings */
const costsOf = ({ commit, record, batch }) => ({ commit: commit / 1e3, record: record / 1e6, max: batch })

/** @param {{ run: Run }} state */
const ownersOf = ({ run }) => run.lanes.map((lane) => lane.owner)

/** The consumers that live and are to stay. @param {State} state */
const membersOf = ({ run, settings }) =>
  run.consumers.map(({ id }) => id).filter((id) => id < settings.consumers).sort((a, b) => a - b)

// The forecast.

/** What a group without consumers does. */
const nothing = { now: 0, keys: 0, consumers: 0, commits: 0, limit: 'consumers', members: 0, enough: 0 }

/**
 * How many records/s one group applies while a backlog lasts.
 *
 * @param {number[]} shares of the lanes
 * @param {number[]} owners
 * @param {import('../code/core/lanes.js').Costs} costs
 */
const rateOf = (shares, owners, costs) => {
  const records = batches * costs.max
  const lanes = shares.map((share, p) => ({ backlog: share * records, rate: 0, owner: owners[p] }))
  const { end } = simulate({ lanes, costs, until: Infinity })
  const group = { share: busiest(shares), most: most(owners), partitions: shares.length }
  const { machine } = bounds({ ...costs, ...group, cpu: cpu.commit / costs.max + cpu.record, cores })
  return Math.min(records / end, machine)
}

/**
 * The rate as things are, and what one improvement would make of it. The group is bound by what helps most.
 *
 * @param {State} state
 * @returns {Forecast}
 */
const forecast = (state) => {
  const { shares, settings } = state
  const members = membersOf(state)
  if (!members.length) return nothing
  const owners = sticky(ownersOf(state), members)
  const costs = costsOf(settings)
  const now = rateOf(shares, owners, costs)
  const better = {
    keys: rateOf(even(shares.length), owners, costs),
    consumers: rateOf(shares, range(shares.length, shares.length), costs),
    commits: rateOf(shares, owners, { ...costs, max: costs.max * 10 }),
  }
  const [name, rate] = Object.entries(better).reduce((a, b) => (b[1] > a[1] ? b : a))
  const rest = now * (cpu.commit / costs.max + cpu.record) < cores * 0.95 ? 'records' : 'machine'
  const fewer = Math.ceil(shares.length / most(owners))
  const isEnough = fewer < members.length && rateOf(shares, range(shares.length, fewer), costs) > now * 0.98
  return { now, ...better, limit: rate > now * 1.05 ? name : rest, members: members.length, enough: isEnough ? fewer : members.length }
}

// The lanes.

/**
 * Lanes for the keys and partitions of the settings, in which `records` wait.
 *
 * @param {State} state
 * @param {number} records
 * @param {number[]} members
 */
const layOut = (state, records, members) => {
  const { settings, seed, now } = state
  const [share, count] = skews[settings.keys]
  const hashed = hashes(count, `draw-${seed}-entity-`)
  state.hot = share
  state.shares = loads(share ? hot(count, share) : even(count), hashed, settings.partitions)
  state.keys = state.shares.map((_, p) => hashed.flatMap((hash, key) => (hash % settings.partitions === p ? [key] : [])))
  const owners = range(settings.partitions, Math.max(1, members.length))
  const lanes = state.shares.map((part, p) => ({ backlog: part * records - part * arriving * now, rate: part * arriving, owner: members[owners[p]] ?? -1 }))
  state.run = begin({ lanes, costs: costsOf(settings), consumers: [] })
  for (const id of members) join(state.run, id, now)
  state.next = lanes.map(() => 0)
  state.times = lanes.map(() => [])
}

/** @param {State} state */
export const waitingIn = ({ run, now }) => run.lanes.map((lane) => Math.max(0, Math.floor(waiting(lane, now) + 1e-9)))

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0)

/**
 * The key of a record. The same offset has the same key, also when it comes again.
 *
 * @param {State} state
 * @param {number} p
 * @param {number} offset
 */
const keyOf = ({ seed, hot: share, shares, keys }, p, offset) => {
  const random = seeded(seed * 7_919 + p * 104_729 + offset)
  const own = keys[p]
  if (share && own[0] === 0) return random() < share / shares[p] ? 0 : own[1 + Math.floor(random() * (own.length - 1))]
  return own[Math.floor(random() * own.length)]
}

/**
 * The first records that wait in a lane: their key, whether it is the hot one, and whether they were applied before.
 *
 * @param {State} state
 * @param {number} p
 * @param {number} count
 */
export const recordsIn = (state, p, count) =>
  Array.from({ length: count }, (_, place) => {
    const offset = state.run.lanes[p].read + place
    const key = keyOf(state, p, offset)
    const isHot = state.hot > 0 && key === 0
    return { letter: isHot ? 'A' : String.fromCharCode(66 + (key % 25)), isHot, again: offset < state.next[p] }
  })

/**
 * How many records of a batch were applied before.
 *
 * @param {State} state
 * @param {Batch} batch
 */
export const againIn = ({ run, next }, { lane, from, records }) => Math.min(records, Math.max(0, next[run.lanes.indexOf(lane)] - from))

/**
 * The effect of a batch. Where offset and effect are one transaction, the row drops what it has.
 *
 * @param {State} state
 * @param {Batch} batch
 */
const apply = (state, batch) => {
  const p = state.run.lanes.indexOf(batch.lane)
  const again = againIn(state, batch)
  const drops = state.settings.offset === 'with' ? again : 0
  for (let offset = batch.from + drops; offset < batch.from + batch.records; offset += 1) {
    state.times[p][offset] = (state.times[p][offset] ?? 0) + 1
  }
  state.applied += batch.records - again
  state.dropped += drops
  state.doubled += again - drops
  state.next[p] = Math.max(state.next[p], batch.from + batch.records)
  if (again) state.says = drops ? `${drops} duplicates are discarded: the stored offset has moved on.` : `${again} records are applied a second time.`
}

// The group.

/** @param {State} state */
const rebalance = (state) => {
  const members = membersOf(state)
  const before = ownersOf(state)
  if (members.length) reassign(state.run, sticky(before, members), state.now)
  state.forecast = forecast(state)
  return moved(before, ownersOf(state))
}

/** @param {State} state */
const ownerOfBusiest = (state) => {
  const members = membersOf(state)
  const lanes = state.run.lanes.map(({ owner }, p) => ({ owner, share: state.shares[p] })).filter(({ owner }) => members.includes(owner))
  return lanes.sort((a, b) => b.share - a.share)[0]?.owner ?? members[0]
}

/**
 * Between the two steps: either the effect of the batch is stored and the offset is not, or the other way round.
 *
 * @param {State} state
 * @param {Consumer} consumer
 */
const die = (state, { id }) => {
  const { settings, run, now } = state
  const owned = ownersOf(state).filter((owner) => owner === id).length
  const { last, busy } = bury(run, id)
  state.dead.push({ id, at: now, noticed: false })
  state.says = `Consumer ${id + 1} dies. Its partitions, ${owned} of ${settings.partitions}, wait for a new owner.`
  if (last && settings.offset !== 'first') {
    if (busy) apply(state, last)
    rewind(last)
  } else if (last && busy) {
    const fresh = last.records - againIn(state, last)
    state.lost += fresh
    state.says = `Consumer ${id + 1} dies. The offset of ${fresh} records is stored, their effect is not: they are lost.`
  }
}

/**
 * Carries out a kill as soon as there is something that it can interrupt.
 *
 * @param {State} state
 */
const executeDoomed = (state) => {
  const { doomed, run, settings } = state
  if (!doomed || state.now < doomed.at) return
  const id = doomed.id ?? ownerOfBusiest(state)
  const consumer = run.consumers.find((other) => other.id === id)
  const isInterrupted = consumer && (consumer.busy || (consumer.last && settings.offset !== 'first'))
  if (consumer && (isInterrupted || !ownersOf(state).includes(consumer.id))) die(state, consumer)
  else if (consumer) return
  state.doomed = undefined
}

/** @param {State} state */
const noticeDeaths = (state) => {
  for (const dead of state.dead) {
    if (dead.noticed || state.now < dead.at + notice) continue
    dead.noticed = true
    const count = rebalance(state)
    state.says = count ? `The group gives ${count} of ${state.settings.partitions} partitions to others.` : state.says
  }
}

/** @param {State} state */
const tick = (state) => {
  const { run, settings } = state
  state.now += slice
  while (run.consumers.length && soonest(run).free <= state.now) {
    const { consumer, done } = turn(run)
    if (done) apply(state, done)
    if (consumer.id >= settings.consumers && !consumer.busy) bury(run, consumer.id)
  }
  executeDoomed(state)
  noticeDeaths(state)
  if (state.ticks % every === 0) state.history = [...state.history, sum(waitingIn(state))].slice(-longest)
  state.ticks += 1
}

/** Consumers join, or leave after the batch in hand. @param {State} state */
const resize = (state) => {
  const { run, settings, now } = state
  for (let id = 0; id < settings.consumers; id += 1) {
    const isThere = run.consumers.some((consumer) => consumer.id === id) || state.dead.some((dead) => dead.id === id)
    if (!isThere) join(run, id, now)
  }
  for (const { id, busy } of [...run.consumers]) if (id >= settings.consumers && !busy) bury(run, id)
  state.dead = state.dead.filter(({ id }) => id < settings.consumers)
  rebalance(state)
}

/** Other partitions or keys: what is in hand is finished, and what waits is dealt again. @param {State} state */
const dealAgain = (state) => {
  for (const consumer of state.run.consumers) {
    if (consumer.busy && consumer.last) apply(state, consumer.last)
    consumer.busy = false
  }
  const rest = invariants(state).unfinished
  state.earlier = state.applied + state.lost
  for (const dead of state.dead) dead.noticed = true
  layOut(state, rest, membersOf(state))
  state.forecast = forecast(state)
}

/** @param {State} state @param {string} name @param {unknown} value */
const set = (state, name, value) => {
  state.settings = { ...state.settings, [name]: value }
  state.run.costs = costsOf(state.settings)
  if (name === 'consumers') resize(state)
  else if (name === 'partitions' || name === 'keys') dealAgain(state)
  else if (name !== 'offset') state.forecast = forecast(state)
}

/** Kills a consumer, or starts a dead one. @param {State} state @param {number} id */
const touch = (state, id) => {
  if (!state.dead.some((dead) => dead.id === id)) {
    state.doomed = { id, at: state.now }
    return
  }
  state.dead = state.dead.filter((dead) => dead.id !== id)
  join(state.run, id, state.now)
  const count = rebalance(state)
  state.says = `Consumer ${id + 1} is back. ${count} of ${state.settings.partitions} partitions move.`
}

/**
 * @param {Settings} settings
 * @param {number} seed
 * @returns {State}
 */
export const initial = (settings, seed) => {
  /** @type {State} */
  const state = {
    settings, seed, now: 0, ticks: 0, run: begin({ lanes: [], costs: costsOf(settings), consumers: [] }), shares: [], keys: [], hot: 0,
    next: [], times: [], dead: [], doomed: undefined, history: [], forecast: nothing,
    earlier: 0, applied: 0, dropped: 0, lost: 0, doubled: 0, says: undefined,
  }
  layOut(state, backlog, Array.from({ length: settings.consumers }, (_, id) => id))
  state.forecast = forecast(state)
  return state
}

/**
 * @param {State} state
 * @param {Event} event
 * @returns {State}
 */
export const step = (state, { type, name = '', value }) => {
  if (type === 'tick') tick(state)
  if (type === 'set') set(state, name, value)
  if (type === 'do' && name === 'kill') state.doomed = { at: Math.max(state.now, settled) }
  if (type === 'touch') touch(state, Number(name.split(':')[1]))
  return state
}

/** @param {State} state */
export const invariants = (state) => {
  const { run, now, earlier, applied, dropped, lost, doubled, next } = state
  const arrived = earlier + sum(run.lanes.map((lane) => Math.floor(Math.max(0, lane.backlog + lane.rate * now) + 1e-9)))
  const inHand = sum(run.consumers.map(({ busy, last }) => (busy && last ? last.records - againIn(state, last) : 0)))
  const fresh = sum(waitingIn(state).map((records, p) => records - Math.max(0, next[p] - run.lanes[p].read)))
  return { once: !lost && !doubled, arrived, applied, dropped, lost, doubled, unfinished: inHand + fresh }
}
