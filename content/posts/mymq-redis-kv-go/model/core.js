// The queue of the article with four workers, a receiver and the store that keeps the log, in ticks of 50 ms. Rehearsals run the same messages
// under other leases, far ahead of what is shown.

import { advance, apply, create, RECEIPTS_PER_EPOCH } from '../code/core/queue.js'
import { Random } from '../code/core/random.js'
import { Receiver } from '../code/core/receiver.js'

/**
 * What the reader sets: seconds, and percent of the attempts.
 *
 * @typedef {{ lease: number, handler: number, crash: number, tries: number, guard: 'none' | 'fence' | 'key',
 *   store: 'none' | 'everysec' | 'always' }} Settings
 *
 * @typedef {{ type: 'tick' } | { type: 'set', name: string, value: any } | { type: 'do', name: string } | { type: 'touch', name: string }} Event
 *
 * An attempt, in milliseconds. `fault` is one that the reader has asked for.
 * @typedef {{ id: string, receipt: number, since: number, until: number, worked: number, work: number, crashAt: number, isEffected: boolean,
 *   fault: Fault | undefined }} Attempt
 * @typedef {'sleep' | 'die'} Fault
 *
 * `wakes`: when a paused worker goes on by itself. `back`: when a crashed one is there again. `refused`: until when its late acknowledgement is shown.
 * @typedef {{ name: string, attempt: Attempt | undefined, isPaused: boolean, wakes: number, back: number, refused: number }} Worker
 *
 * @typedef {import('../code/core/queue.js').Event} Change
 * @typedef {{ change: Change, id: string, receipt: number }} Entry
 * @typedef {{ id: string, kind: 'first' | 'doubled' | 'refused', n: number }} Call
 * @typedef {ReturnType<typeof newWorld>} World
 * @typedef {ReturnType<typeof initial>} State
 */

/** Milliseconds of a tick. */
const tick = 50
const workerCount = 4
/** Share of what the workers can do. */
const load = 0.6
/** The effect happens when so much of an attempt is done, as in the article's simulation. */
const effectAt = 0.95
const restart = 2000
/** How much longer than its lease a worker sleeps, in milliseconds for each second of a mean handler: another one can have finished. */
const pauseOverLease = 2000
/** The longest handler, in mean handlers. */
const longest = 30
/** Ticks that are over when the reader comes. The last sync was nearly a second ago. */
const warmUp = 20_900 / tick
/** Calls of the receiver that are remembered: the drawing has no place for more. */
const callsShown = 6
/** Of a queue before its first settings. */
const unset = { lease: 0, maxTries: 0 }
/** How long a refused acknowledgement is shown. */
const refusedShown = 1500

export const leases = [2, 4, 8, 15, 30, 60, 120]
/** Messages of a rehearsal. */
export const batch = 1000

/** @param {string} id */
const numberOf = (id) => Number(id.slice(1))

/**
 * A to Z, then a to z: messages of the same letter are at least 52 apart.
 *
 * @param {string} id
 */
export const letterOf = (id) => {
  const place = numberOf(id) % 52
  return String.fromCharCode(place < 26 ? 65 + place : 71 + place)
}

/**
 * A receipt as start and number: 2^32 of them are kept for each start.
 *
 * @param {number} receipt
 */
export const receiptText = (receipt) => {
  const start = Math.floor(receipt / RECEIPTS_PER_EPOCH)
  return start ? `${start}.${receipt % RECEIPTS_PER_EPOCH}` : `${receipt}`
}

/** @param {number} milliseconds */
export const clock = (milliseconds) => `${Math.floor(milliseconds / 60_000)}:${String(Math.floor(milliseconds / 1000) % 60).padStart(2, '0')}`

/**
 * The luck of a message, or of one of its attempts: the same whatever is set.
 *
 * @param {number} seed
 * @param {string} id
 * @param {number} attempt 0: the message
 */
const luck = (seed, id, attempt) => new Random(Math.imul(numberOf(id) * 64 + attempt + 1, 0x85ebca6b) ^ Math.imul(seed, 0x27d4eb2f))

/**
 * @param {Settings} settings
 * @param {number} seed
 * @param {Entry[]} [log]
 */
const world = (settings, seed, log) => {
  const world = newWorld(settings, seed, log)
  // The log begins with the settings: a replay under others would be another run.
  configure(world)
  return world
}

/**
 * @param {Settings} settings
 * @param {number} seed
 * @param {Entry[]} [log]
 */
const newWorld = (settings, seed, log) => ({
  settings: { ...settings },
  seed,
  log,
  now: 0,
  arrivals: new Random(seed),
  queue: create(unset),
  receiver: new Receiver(settings.guard),
  workers: Array.from({ length: workerCount }, (_, place) => newWorker(`Worker ${place + 1}`)),
  /** @type {Map<string, number>} when a message was sent that has had no effect yet */
  waiting: new Map(),
  /** @type {Fault[]} for the next attempts */
  faults: [],
  /** @type {Call[]} the newest calls of the receiver, oldest first */
  calls: [],
  callCount: 0,
  sent: 0,
  done: 0,
  effects: 0,
  doubled: 0,
  repeats: 0,
  /** Milliseconds that messages have waited for their first effect. */
  waited: 0,
  news: '',
})

/**
 * @param {string} name
 * @returns {Worker}
 */
const newWorker = (name) => ({ name, attempt: undefined, isPaused: false, wakes: Infinity, back: 0, refused: 0 })

/**
 * Changes the queue, and its log if there was anything to change.
 *
 * @param {World} world
 * @param {Change} change
 * @param {string} [id]
 */
const commit = ({ queue, log }, change, id = '') => {
  const reply = apply(queue, change)
  if (reply) log?.push({ change, id: typeof reply === 'object' ? reply.message.id : id, receipt: queue.receipt })
  return reply
}

/**
 * @param {World} world
 * @param {string} news
 */
const tell = (world, news) => {
  world.news = `${clock(world.now)} ${news}`
}

/** @param {World} world */
const configure = (world) => {
  const { lease, tries } = world.settings
  return commit(world, { kind: 'settings', now: world.now, settings: { lease: lease * 1000, maxTries: tries } })
}

/**
 * A tick.
 *
 * @param {World} world
 * @param {number} most messages that are ever sent
 */
const pass = (world, most) => {
  const { queue, workers, arrivals, settings } = world
  world.now += tick
  advance(queue, world.now)
  if (arrivals.chance((workerCount * load * tick) / (settings.handler * 1000)) && world.sent < most) send(world)
  for (const worker of workers) {
    if (world.now >= worker.wakes) toggle(worker, false)
    if (worker.isPaused || world.now < worker.back) continue
    if (worker.attempt) work(world, worker, worker.attempt)
    else receive(world, worker)
  }
}

/** @param {World} world */
const send = (world) => {
  const id = `m${world.sent++}`
  world.waiting.set(id, world.now)
  commit(world, { kind: 'send', now: world.now, id, body: '', delay: 0 }, id)
}

/**
 * @param {Worker} worker
 * @param {boolean} isPaused
 */
const toggle = (worker, isPaused) => {
  worker.isPaused = isPaused
  worker.wakes = Infinity
}

/**
 * @param {World} world
 * @param {Worker} worker
 */
const receive = (world, worker) => {
  const { now, seed, settings, faults } = world
  const lease = commit(world, { kind: 'receive', now })
  if (typeof lease !== 'object') return
  const { id, tries } = lease.message
  if (tries > 1) world.repeats++
  // A heavy tail: at least half the mean, one in 100 above five times the mean.
  const share = Math.min(longest, 0.5 / Math.sqrt(1 - luck(seed, id, 0).unit()))
  const work = share * settings.handler * 1000
  const chance = luck(seed, id, tries)
  const fault = faults.shift()
  const crashes = chance.chance(settings.crash / 100) && !fault
  const crashAt = crashes ? chance.unit() * work : Infinity
  worker.attempt = { id, receipt: lease.receipt, since: now, until: lease.until, worked: 0, work, crashAt, isEffected: false, fault }
}

/**
 * @param {World} world
 * @param {Worker} worker
 * @param {Attempt} attempt
 */
const work = (world, worker, attempt) => {
  attempt.worked += tick
  const effectDue = effectAt * attempt.work
  if (attempt.fault === 'sleep' && attempt.worked >= attempt.work / 2) {
    attempt.fault = undefined
    toggle(worker, true)
    worker.wakes = attempt.until + pauseOverLease * world.settings.handler
    tell(world, `${worker.name} sleeps past the lease of ${letterOf(attempt.id)}`)
    return
  }
  if (!attempt.isEffected && attempt.worked >= effectDue && attempt.crashAt > effectDue) call(world, attempt)
  if (attempt.worked >= attempt.crashAt || (attempt.fault === 'die' && attempt.isEffected)) crash(world, worker, attempt)
  else if (attempt.worked >= attempt.work) acknowledge(world, worker, attempt)
}

/**
 * The call of the receiver, where the effect happens.
 *
 * @param {World} world
 * @param {Attempt} attempt
 */
const call = (world, attempt) => {
  const { receiver, waiting, now } = world
  const { id, receipt } = attempt
  attempt.isEffected = true
  const isAccepted = receiver.call(id, receipt)
  const kind = !isAccepted ? 'refused' : receiver.effects.get(id) === 1 ? 'first' : 'doubled'
  if (kind === 'first') {
    world.effects++
    world.waited += now - (waiting.get(id) ?? now)
    waiting.delete(id)
  } else {
    if (isAccepted) world.doubled++
    tell(world, `${isAccepted ? 'Doubled effect of' : 'Receiver refused'} ${letterOf(id)}, receipt ${receiptText(receipt)}`)
  }
  world.calls = [...world.calls.slice(1 - callsShown), { id, kind, n: world.callCount++ }]
}

/**
 * @param {World} world
 * @param {Worker} worker
 * @param {Attempt} attempt
 */
const crash = (world, worker, { id, isEffected }) => {
  worker.attempt = undefined
  worker.back = world.now + restart
  tell(world, `${worker.name} crashed ${isEffected ? `after ${letterOf(id)} took effect` : `with ${letterOf(id)}`}`)
}

/**
 * @param {World} world
 * @param {Worker} worker
 * @param {Attempt} attempt
 */
const acknowledge = (world, worker, { id, receipt }) => {
  worker.attempt = undefined
  if (commit(world, { kind: 'ack', now: world.now, id, receipt }, id)) world.done++
  else {
    worker.refused = world.now + refusedShown
    tell(world, `${worker.name} acks ${letterOf(id)} too late: refused`)
  }
}

/**
 * Seconds a message: the wait for the first effect, and a mean handler for each repeat. Unknown before the first effect.
 *
 * @param {World} world
 */
export const cost = ({ effects, waited, repeats, sent, settings }) =>
  effects ? waited / effects / 1000 + (settings.handler * repeats) / sent : undefined

/**
 * Dead messages that have had their effect.
 *
 * @param {World} world
 */
export const buried = ({ queue, receiver }) => queue.dead.filter(({ id }) => receiver.effects.has(id)).length

/**
 * @param {Settings} settings
 * @param {number} seed
 * @param {number} lease
 */
const rehearsal = (settings, seed, lease) => world({ ...settings, lease }, seed)

/** @param {World} world */
export const isOver = ({ sent, queue, workers }) =>
  sent === batch && queue.ready.length + queue.leased.size === 0 && workers.every(({ attempt }) => !attempt)

/** @param {World} world */
const rehearse = (world) => {
  // The same share of the messages in each tick, whatever a handler takes.
  for (let left = 50 * world.settings.handler; left > 0 && !isOver(world); left--) pass(world, batch)
}

/**
 * @param {any} given
 * @param {number} seed
 */
export const initial = (given, seed) => {
  const settings = /** @type {Settings} */ (given)
  /** @type {Entry[]} */
  const log = []
  const state = {
    world: world(settings, seed, log),
    log,
    /** Entries of the log that survive a power failure. */
    synced: 0,
    rehearsals: leases.map((lease) => rehearsal(settings, seed, lease)),
    /** The one of the reader's lease. */
    own: rehearsal(settings, seed, settings.lease),
    lost: 0,
    /** When the sum broke first, in milliseconds. */
    brokenAt: 0,
  }
  for (let ticks = 0; ticks < warmUp; ticks++) runShown(state)
  state.world.news = ''
  return state
}

/** @param {State} state */
const runShown = (state) => {
  const { world, log } = state
  pass(world, Infinity)
  const { store } = world.settings
  if (store === 'always' || (store === 'everysec' && world.now % 1000 === 0)) state.synced = log.length
}

/**
 * The queue starts again from what is on the disk. Workers and receiver run elsewhere, and go on.
 *
 * @param {State} state
 */
const losePower = (state) => {
  const { world, log } = state
  const { known } = world.queue
  log.length = state.synced
  world.queue = create(unset)
  for (const { change } of log) apply(world.queue, change)
  advance(world.queue, world.now)
  commit(world, { kind: 'open', epoch: world.queue.epoch + 1 })
  configure(world)
  // Both are synced before the first receipt.
  if (world.settings.store !== 'none') state.synced = log.length
  const lost = [...known].filter((id) => !world.queue.known.has(id)).length
  const back = [...world.queue.known].filter((id) => !known.has(id)).length
  world.done -= back
  state.lost += lost
  if (lost) state.brokenAt ||= world.now
  tell(world, `Power cut: ${lost} lost, ${back} done come back`)
}

/**
 * @param {State} state
 * @param {string} name
 * @param {any} value
 */
const set = (state, name, value) => {
  const { world } = state
  Object.assign(world.settings, { [name]: value })
  const { settings, seed } = world
  world.receiver.guard = settings.guard
  configure(world)
  // Without a file, nothing is kept.
  if (settings.store === 'none') state.synced = 0
  if (name === 'guard' || name === 'store') return
  state.own = rehearsal(settings, seed, settings.lease)
  if (name !== 'lease') state.rehearsals = leases.map((lease) => rehearsal(settings, seed, lease))
}

/**
 * @param {State} state
 * @param {string} name
 */
const touch = ({ world }, name) => {
  const worker = world.workers[Number(name.split(':')[1])]
  if (worker) toggle(worker, !worker.isPaused)
}

/**
 * A fault for the next attempt.
 *
 * @param {State} state
 * @param {Fault} fault
 */
const ask = ({ world }, fault) => {
  world.faults.push(fault)
  tell(world, `The next attempt will ${fault === 'sleep' ? 'sleep' : 'crash'}`)
}

/**
 * @param {State} state
 * @param {Event} event
 */
export const step = (state, event) => {
  if (event.type === 'tick') {
    runShown(state)
    for (const world of [state.own, ...state.rehearsals]) rehearse(world)
  } else if (event.type === 'set') set(state, event.name, event.value)
  else if (event.type === 'touch') touch(state, event.name)
  else if (event.name === 'power') losePower(state)
  else ask(state, /** @type {Fault} */ (event.name))
  return state
}

/**
 * Where the messages are. `isSum`: each is in one place. `isKept`: and none is lost.
 *
 * @param {State} state
 */
export const invariants = ({ world, lost }) => {
  const { sent, done, doubled, queue } = world
  const [queued, leased, dead] = [queue.ready.length, queue.leased.size, queue.dead.length]
  const sum = done + queued + leased + dead
  return { sent, done, queued, leased, dead, lost, doubled, isSum: sent === sum + lost, isKept: sent === sum }
}
