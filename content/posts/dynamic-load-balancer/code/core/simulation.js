// A discrete-event simulation of clients and instances. The balancer in it is `fleet.js` itself.
//
// Clients arrive at random. An instance works on `slots` requests at once and queues the others.
// Time is in milliseconds and jumps from one event to the next. A run may go on in slices.

import { Agenda } from './agenda.js'
import { count, newFleet, step } from './fleet.js'
import { exponential, seeded } from './random.js'

/** @typedef {import('./fleet.js').Fleet} Fleet */
/** @typedef {import('./fleet.js').FleetEvent} FleetEvent */
/** @typedef {import('./fleet.js').Decision} Decision */
/** @typedef {import('./outlier.js').Outcome} Outcome */

/**
 * How an instance misbehaves. `/health` answers in time, because the fault is in the requests. Only a frozen process answers nothing at all.
 *
 * @typedef {'none' | 'slow' | 'hang' | 'broken' | 'half broken' | 'frozen'} Fault
 */

/**
 * @typedef {object} World
 * @property {import('./settings.js').Settings} settings
 * @property {number} seed
 * @property {(now: number) => number} rate requests per second at a time
 * @property {number} highestRate the highest that `rate` returns
 * @property {number} serviceTime its mean, exponentially distributed, ms
 * @property {number} slots
 * @property {number} bootTime
 * @property {boolean} warm the fleet is ready at time zero, as if it had been running for long
 * @property {(id: number) => Fault} [faultOf]
 * @property {number} [patience] a client that has waited this long leaves, ms
 * @property {boolean} [even] no chance: equal distances between arrivals, and equal service times
 */

/**
 * @typedef {object} Watch
 * @property {(now: number, event: FleetEvent, decisions: Decision[]) => void} [event]
 * @property {(answer: Answer) => void} [answer]
 */

/**
 * How the request with this number ended; `id` is the instance, 0 if there was none.
 *
 * @typedef {{ request: number, id: number, outcome: Outcome, took: number }} Answer
 */

/**
 * `stuck` are the requests that occupy a slot of an instance that hangs; `failed` is the verdict of its last check.
 *
 * @typedef {{ number: number, id: number, from: number, ended: boolean, fails: boolean, instance: Instance }} Request
 * @typedef {object} Instance
 * @property {number} id
 * @property {Fault} fault
 * @property {number} busy
 * @property {Request[]} queue
 * @property {Request[]} stuck
 * @property {boolean} failed
 * @property {boolean} gone
 */

const SLOWER = 10 // a slow instance takes this many times as long
const INSTANTLY = 1 // ms: how long a broken instance takes for its 500

/**
 * The dice of the balancer. Separate streams: two policies meet the same arrivals.
 *
 * @param {number} seed
 */
export const diceOf = (seed) => seeded(seed + 2_000_003)

/**
 * A whole run, which lasts `until`, ms.
 *
 * @param {World & { until: number }} world
 * @param {Watch} watch
 */
export const simulate = (world, watch) => {
  const simulation = new Simulation(world, watch)
  simulation.advance(world.until)
  return simulation.fleet
}

export class Simulation {
  /** @type {Agenda<(now: number) => void>} */
  #agenda = new Agenda()
  /** @type {Map<number, Instance>} */
  #instances = new Map()
  #arrivals
  #services
  #world
  #watch
  #requests = 0

  /**
   * @param {World} world its numbers may change between two slices
   * @param {Watch} watch
   */
  constructor(world, watch) {
    this.#world = world
    this.#watch = watch
    this.#arrivals = seeded(world.seed)
    this.#services = seeded(world.seed + 1_000_003)
    this.fleet = newFleet(world.settings, diceOf(world.seed))
    this.#agenda.add(0, this.#check)
    this.#agenda.add(this.#nextArrival(0), this.#arrive)
  }

  /**
   * All that happens before this time.
   *
   * @param {number} until
   */
  advance(until) {
    for (let next = this.#agenda.next(until); next; next = this.#agenda.next(until)) next.what(next.at)
  }

  /** @param {number} id */
  instance(id) {
    return this.#instances.get(id)
  }

  /**
   * Gives an instance a fault, or takes it away: then it goes on with what it held.
   *
   * @param {number} now
   * @param {Instance} instance
   * @param {Fault} fault
   */
  infect(now, instance, fault) {
    instance.fault = fault
    for (const request of instance.stuck.splice(0)) {
      if (request.ended) this.#freeSlot(now, instance)
      else this.#work(now, request)
    }
  }

  /**
   * Arrivals come at the highest rate, and are thinned to the rate of the moment.
   *
   * @param {number} now
   */
  #nextArrival(now) {
    const { even, rate, highestRate } = this.#world
    return now + (even ? 1000 / rate(now) : exponential(this.#arrivals, 1000 / highestRate))
  }

  /** @param {number} now */
  #arrive = (now) => {
    const { even, rate, highestRate, settings, patience, slots } = this.#world
    this.#agenda.add(this.#nextArrival(now), this.#arrive)
    if (!even && this.#arrivals() * highestRate >= rate(now)) return
    const [decision] = this.#tell(now, { kind: 'request' })
    const number = ++this.#requests
    const id = decision.kind === 'send' ? decision.id : 0
    const instance = this.#instances.get(id)
    if (!instance) return this.#watch.answer?.({ request: number, id, outcome: 'failed', took: 0 })
    const request = { number, id, from: now, ended: false, fails: false, instance }
    if (settings.requestTimeout < Infinity) this.#agenda.add(now + settings.requestTimeout, (at) => this.#finish(at, request, 'failed'))
    if (patience !== undefined) this.#agenda.add(now + patience, (at) => this.#finish(at, request, 'aborted'))
    if (instance.busy < slots) this.#serve(now, request)
    else instance.queue.push(request)
  }

  /**
   * @param {number} now
   * @param {Request} request
   */
  #serve(now, request) {
    request.instance.busy++
    this.#work(now, request)
  }

  /**
   * @param {number} now
   * @param {Request} request
   */
  #work(now, request) {
    const { instance } = request
    const { even, serviceTime } = this.#world
    const time = even ? serviceTime : exponential(this.#services, serviceTime)
    request.fails = instance.fault === 'broken' || (instance.fault === 'half broken' && this.#services() < 0.5)
    if (hangs(instance)) return void instance.stuck.push(request) // until the timeout
    const slower = instance.fault === 'slow' ? SLOWER : 1
    this.#agenda.add(now + (request.fails ? INSTANTLY : time * slower), (at) => this.#served(at, request))
  }

  /**
   * @param {number} now
   * @param {Request} request
   */
  #served(now, request) {
    const { instance } = request
    if (hangs(instance)) return void instance.stuck.push(request) // it was at work when it began to hang
    this.#freeSlot(now, instance)
    this.#finish(now, request, request.fails ? 'failed' : 'ok')
  }

  /**
   * @param {number} now
   * @param {Instance} instance
   */
  #freeSlot(now, instance) {
    instance.busy--
    for (let next = instance.queue.shift(); next; next = instance.queue.shift()) {
      if (next.ended) continue // nobody waits for it any more
      return this.#serve(now, next)
    }
  }

  /**
   * @param {number} now
   * @param {Request} request
   * @param {Outcome} outcome
   */
  #finish(now, request, outcome) {
    if (request.ended) return
    request.ended = true
    const took = now - request.from
    this.#watch.answer?.({ request: request.number, id: request.id, outcome, took })
    this.#tell(now, { kind: 'end', id: request.id, outcome, took })
  }

  /**
   * A check that repeats a good verdict decides nothing, and is left out.
   *
   * @param {number} now
   */
  #check = (now) => {
    const { checkInterval, healthTimeout } = this.#world.settings
    this.#tell(now, { kind: 'tick' })
    for (const instance of this.#instances.values()) {
      if (instance.fault === 'frozen') this.#agenda.add(now + healthTimeout, (at) => this.#checked(at, instance))
      else if (instance.failed) this.#checked(now, instance)
    }
    this.#agenda.add(now + checkInterval, this.#check)
  }

  /**
   * @param {number} now
   * @param {Instance} instance
   */
  #checked(now, instance) {
    if (instance.gone) return
    const healthy = instance.fault !== 'frozen'
    instance.failed = !healthy
    this.#tell(now, { kind: 'check', id: instance.id, healthy })
  }

  /**
   * @param {number} now
   * @param {FleetEvent} event
   */
  #tell(now, event) {
    const decisions = step(this.fleet, event, now)
    this.#watch.event?.(now, event, decisions)
    for (const decision of decisions) {
      if (decision.kind === 'start') this.#start(now, decision.id)
      if (decision.kind === 'stop') this.#stop(now, decision.id)
    }
    return decisions
  }

  /**
   * @param {number} now
   * @param {number} id
   */
  #start(now, id) {
    const { faultOf, warm, bootTime } = this.#world
    const fault = faultOf?.(id) ?? 'none'
    /** @type {Instance} */
    const instance = { id, fault, busy: 0, queue: [], stuck: [], failed: false, gone: false }
    this.#instances.set(id, instance)
    this.#agenda.add(now + (warm && now === 0 ? 0 : bootTime), (at) => this.#checked(at, instance))
  }

  /**
   * @param {number} now
   * @param {number} id
   */
  #stop(now, id) {
    const instance = this.#instances.get(id)
    if (!instance) return
    instance.gone = true
    this.#instances.delete(id)
    this.#tell(now, { kind: 'exit', id })
  }
}

/** @param {Instance} instance */
const hangs = ({ fault }) => fault === 'hang' || fault === 'frozen'

/**
 * Instances that exist, whether they serve or not: what is paid for.
 *
 * @param {Fleet} fleet
 */
export const paidFor = (fleet) => count(fleet, 'starting', 'ready', 'draining')
