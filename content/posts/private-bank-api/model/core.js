// The figure's core: the article's own coordinator, services and verdict, with time and a reader between them. A path is walked message by message,
// as the reader or a path of the grid decides.

import { random } from 'graven'

import { bank } from '../code/core/bank.js'
import { verdict } from '../code/core/judge.js'
import { follow } from '../code/core/paths.js'
import { entry, next } from '../code/core/saga.js'
import { entryForSilence } from '../code/core/silence.js'
import { decisions } from '../code/core/world.js'
import { nameOf, scenarioOf, stepOf, walksOf } from './walks.js'

/**
 * @typedef {import('./walks.js').Settings} Settings
 * @typedef {import('./walks.js').Call} Call
 * @typedef {import('./walks.js').Walk} Walk
 *
 * A message on its way: a request, the same command at work, its reply. `fate` is what the path of the grid has in store for it.
 * `orphan`: its coordinator is dead.
 *
 * @typedef {{ phase: 'down' | 'work' | 'up', ticks: number, flight: number, waited: number, call: Call,
 *   fate: string | undefined, answer: string | undefined, orphan: boolean, isGone: boolean }} Message
 *
 * @typedef {{ id: string, letter: string, plan: any[], rules: any, log: string[], command: any, rest: number, message: Message | undefined }} Saga
 *
 * @typedef {ReturnType<typeof initial>} State
 */

/** All in ticks. A reply is never later than the timeout, and a successor never earlier than the last message of its predecessor. */
const FLIGHT = 14
const HALF = 7
const JITTER = 5
const WORK = 5
const REST = 4
export const TIMEOUT = 60
const DOWNTIME = 56
const LINE = 6

/** Between the last answer and the late messages, and between a right end and the next transfer. */
const AFTER = 24
const SHOWN = 90

/**
 * @param {Settings} settings
 * @param {number} seed
 */
export const initial = (settings, seed) => {
  const state = {
    settings: { ...settings },
    scenario: scenarioOf(settings),
    luck: random(seed),
    walks: walksOf(settings),
    isExplored: false,
    /** The places in `walks` of what has been walked to its end. */
    walked: new Set(),
    /** @type {string | undefined} the step that the business refuses */
    refuser: undefined,
    /** @type {Set<string>} the arrows on which the next message is lost; `kill:clear`: the coordinator dies before it has the reply */
    armed: new Set(),
    says: '',
    ...run(),
  }
  start(state)
  return state
}

/** What one run begins with. */
const run = () => ({
  /** @type {Saga[]} */
  sagas: [],
  /** @type {{ line: string, letter: string }[]} the logs of all sagas, as the coordinator has written them */
  tape: [],
  services: /** @type {any} */ (undefined),
  business: /** @type {any} */ (undefined),
  /** @type {number | undefined} the place in `walks` of the path that is replayed */
  walk: undefined,
  /** @type {(ways: number, key?: string) => number} */
  choose: () => 0,
  /** Whether the rules were the same from the first message on, so that the run is a path of the grid. */
  isPure: true,
  /** @type {Call[]} */
  calls: [],
  /** @type {any[]} commands that the network holds back */
  underway: [],
  /** @type {Set<string>} the keys of the steps that were refused once */
  refusals: new Set(),
  /** @type {Map<string, string>} what each step's service has last answered */
  answers: new Map(),
  /** @type {Map<string, number>} how often each step of each saga is in effect */
  effects: new Map(),
  downtime: 0,
  /** How many lines of the log the successor has read. */
  read: 0,
  after: 0,
  /** @type {string | undefined} the undo that was refused */
  stuck: undefined,
  /** @type {string | undefined} the verdict */
  end: undefined,
})

/**
 * Begins a transfer of 100 from full accounts, along a path of the grid or as the reader decides.
 *
 * @param {State} state
 * @param {number} [walk]
 */
const start = (state, walk) => {
  state.scenario = scenarioOf(state.settings)
  Object.assign(state, run())
  const { accounts, rules, refusals, changesMind } = state.scenario
  const isFree = walk === undefined
  const choose = isFree ? manual(state) : follow(state.walks[walk].trail)
  Object.assign(state, { walk, choose })
  // The reader may refuse a step of each transfer, and what is judged anew without a path of the grid is decided by `manual`.
  state.business = decisions({ rules, refusals: isFree ? Infinity : refusals, changesMind: isFree || changesMind }, choose)
  state.services = bank({ accounts, rules, refuses: state.business.refuses })
  join(state)
}

/**
 * The reader's decisions. A refused step is refused again, except where the figure asks what a late request does: then the business has reconsidered.
 *
 * @param {State} state
 */
const manual = (state) => (/** @type {number} */ _ways, /** @type {string | undefined} */ key = '') => {
  const isRefused = stepOf(key) === state.refuser && !(state.settings.late && state.refusals.has(key))
  if (isRefused) state.refusals.add(key)
  return Number(isRefused)
}

/**
 * Adds a transfer to the run.
 *
 * @param {State} state
 */
const join = (state) => {
  const place = state.sagas.length
  state.isPure = !place
  const { plans, rules } = state.scenario
  const saga = { id: `t${place + 1}`, letter: 'AB'[place], plan: plans[0], rules, log: [], command: undefined, rest: REST, message: undefined }
  state.sagas.push({ ...saga, command: next(saga, saga.log) })
}

/**
 * @param {State} state
 * @param {{ type: string, name?: string, value?: any }} event
 * @returns {State}
 */
export const step = (state, event) => {
  const { type, name = '', value } = event
  if (type === 'tick') tick(state)
  else if (type === 'set') set(state, name, value)
  else act(state, name)
  return state
}

/**
 * @param {State} state
 * @param {string} name
 * @param {any} value
 */
const set = (state, name, value) => {
  Object.assign(state.settings, { [name]: value })
  state.walks = walksOf(state.settings)
  state.walked.clear()
  if (state.end || state.walk !== undefined) return start(state)
  const { rules, plans, ...others } = scenarioOf(state.settings)
  // The bank and the sagas of the run have these rules: a change holds from now on.
  Object.assign(state.scenario.rules, rules)
  Object.assign(state.scenario, { plans, ...others })
  for (const saga of state.sagas) saga.plan = plans[0]
  state.isPure = false
}

/**
 * A button, or a part of the drawing: `up:credit` loses the next reply of that step, `step:credit` has it refused, `cell:…` replays a path.
 *
 * @param {State} state
 * @param {string} name
 */
const act = (state, name) => {
  const [part, of = ''] = name.split(':')
  if (part === 'explore') return void (state.isExplored = true)
  if (part === 'cell') return replay(state, of)
  // The reader decides now, and not a path of the grid.
  const isOver = state.end || state.walk !== undefined
  if (isOver) start(state)
  else if (part === 'transfer' && state.sagas.length < 2) join(state)
  if (part === 'kill') of ? state.armed.add(name) : kill(state)
  if (part === 'step') state.refuser = state.refuser === of ? undefined : of
  if (part === 'late' && Number.parseInt(of) >= 0) deliver(state, Number.parseInt(of))
  if (part === 'down' || part === 'up') lose(state, part, of)
}

/**
 * Replays the next path of a cell, wrong ones first.
 *
 * @param {State} state
 * @param {string} cell
 */
const replay = (state, cell) => {
  const { walks, walk } = state
  const places = [false, true].flatMap((isRight) => [...walks.keys()].filter((place) => walks[place].cell === cell && walks[place].isRight === isRight))
  if (!places.length) return
  state.armed.clear()
  start(state, places[(places.indexOf(walk ?? -1) + 1) % places.length])
  state.says = `Path ${Number(state.walk) + 1} of ${walks.length}.`
}

/**
 * Loses the message that is on this arrow, or the next one.
 *
 * @param {State} state
 * @param {'down' | 'up'} phase
 * @param {string} op
 */
const lose = (state, phase, op) => {
  const saga = state.sagas.find(({ command, message }) => message?.phase === phase && !message.isGone && !message.orphan && arrowOf(command) === op)
  if (saga) return vanish(state, saga)
  const arrow = `${phase}:${op}`
  if (!state.armed.delete(arrow)) state.armed.add(arrow)
}

/**
 * The arrow that a command takes: an undo takes that of its step.
 *
 * @param {{ op: string }} command
 */
export const arrowOf = ({ op }) => op.replace('undo ', '')

/**
 * @param {State} state
 * @param {Saga} saga
 */
const vanish = (state, saga) => {
  const message = /** @type {Message} */ (saga.message)
  const { call } = message
  const isReply = message.phase === 'up'
  call.fault = isReply ? 'reply' : state.scenario.kinds[0]
  const isLate = call.fault === 'late'
  message.isGone = true
  // A path with a late message has more to it than its name.
  if (isLate) {
    state.underway.push(saga.command)
    state.isPure = false
  }
  state.says = `The ${isReply ? 'reply' : 'request'} of ${saga.command.op} is ${isLate ? 'late' : 'lost'}.`
}

/** @param {State} state */
const kill = (state) => {
  if (state.downtime || state.end) return
  state.downtime = DOWNTIME
  state.read = 0
  state.says = 'The coordinator dies.'
  // A coordinator that does not come back to its answer is a lost reply, unless the rules read something into silence.
  if (state.scenario.rules.silence !== 'repeat') state.isPure = false
  for (const saga of state.sagas) {
    const { message } = saga
    if (message?.isGone) saga.message = undefined
    else if (message) {
      message.orphan = true
      message.call.fault = 'reply'
    }
  }
}

/** @param {State} state */
const tick = (state) => {
  for (const saga of state.sagas) carry(state, saga)
  if (state.downtime) return revive(state)
  for (const saga of state.sagas) decide(state, saga)
  if (state.sagas.every(({ command, message }) => command.end && !message)) finish(state)
}

/**
 * Moves a message on its way.
 *
 * @param {State} state
 * @param {Saga} saga
 */
const carry = (state, saga) => {
  const { message, command } = saga
  if (!message) return
  message.waited++
  if (message.isGone) return
  message.ticks++
  const isAtWork = message.phase === 'work'
  if (!isAtWork && message.ticks === HALF && !message.orphan) halfway(state, saga, message)
  if (message.ticks < (isAtWork ? WORK : message.flight) || message.isGone) return
  message.ticks = 0
  if (message.phase === 'down') {
    message.answer = serve(state, command)
    message.phase = 'work'
  } else if (isAtWork) message.phase = 'up'
  else arrive(state, saga, message)
}

/**
 * Where a message is lost that the path or the reader has chosen before.
 *
 * @param {State} state
 * @param {Saga} saga
 * @param {Message} message
 */
const halfway = (state, saga, message) => {
  const op = arrowOf(saga.command)
  const isReply = message.phase === 'up'
  const isFated = message.fate && isReply === (message.fate === 'reply')
  if (isFated || state.armed.delete(`${message.phase}:${op}`)) return vanish(state, saga)
  if (isReply && state.armed.delete(`kill:${op}`)) kill(state)
}

/**
 * A service answers a command. It does not know whether the command is late.
 *
 * @param {State} state
 * @param {any} command
 */
const serve = (state, command) => {
  const { services } = state
  const before = { ...services.balances }
  const answer = services.handle(command)
  const key = `${command.saga}/${arrowOf(command)}`
  const words = answer !== 'ok' ? answer : command.undoes ? 'undone' : 'accepted'
  state.answers.set(arrowOf(command), words)
  state.says = `${command.op}: ${words}.`
  const hasEffect = Object.keys(before).some((account) => services.balances[account] !== before[account])
  if (hasEffect) state.effects.set(key, (state.effects.get(key) ?? 0) + (command.undoes ? -1 : 1))
  return answer
}

/**
 * A reply reaches its coordinator, or nobody.
 *
 * @param {State} state
 * @param {Saga} saga
 * @param {Message} message
 */
const arrive = (state, saga, message) => {
  saga.message = undefined
  if (message.orphan) return
  write(state, saga, entry(saga.command, message.answer))
}

/**
 * @param {State} state
 * @param {Saga} saga
 * @param {string} line
 */
const write = (state, saga, line) => {
  saga.log.push(line)
  state.tape.push({ line, letter: saga.letter })
  if (line === 'stuck') state.stuck = saga.command.op
  saga.command = next(saga, saga.log)
  saga.rest = REST
}

/**
 * The successor of a dead coordinator reads the log, line by line, and goes on.
 *
 * @param {State} state
 */
const revive = (state) => {
  state.downtime--
  if (state.downtime === 0 && state.read < state.tape.length) {
    state.read++
    state.downtime = LINE
  }
  if (state.downtime) return
  for (const saga of state.sagas) Object.assign(saga, { command: next(saga, saga.log), message: undefined, rest: REST })
  state.says = 'The successor goes on.'
}

/**
 * What a coordinator does when nothing arrives: it waits, it gives up, or it sends.
 *
 * @param {State} state
 * @param {Saga} saga
 */
const decide = (state, saga) => {
  const { message, command } = saga
  if (message?.isGone && message.waited >= TIMEOUT) {
    saga.message = undefined
    saga.rest = REST
    const line = entryForSilence(command, saga.rules)
    if (line) write(state, saga, line)
    state.says = `No reply of ${command.op}: ${line ?? 'sent again'}.`
  } else if (!message && !command.end && --saga.rest <= 0) send(state, saga)
}

/**
 * The questions are asked in the order of code/core/world.js, so that a trail is the same path here and there.
 *
 * @param {State} state
 * @param {Saga} saga
 */
const send = (state, saga) => {
  const { choose, scenario, underway, walk } = state
  /** @type {Call} */
  const call = { key: saga.command.key, fault: undefined }
  let fate
  if (walk !== undefined) {
    for (let index = underway.length - 1; index >= 0; index--) {
      if (choose(2) === 1) deliver(state, index)
    }
    const spent = state.calls.filter(({ fault }) => fault).length
    if (spent < scenario.faults) fate = [undefined, ...scenario.kinds][choose(scenario.kinds.length + 1)]
  }
  state.calls.push(call)
  saga.message = { phase: 'down', ticks: 0, flight: FLIGHT + Math.floor(state.luck() * JITTER), waited: 0, call, fate, answer: undefined, orphan: false, isGone: false }
}

/**
 * A late message arrives.
 *
 * @param {State} state
 * @param {number} place
 */
const deliver = (state, place) => {
  for (const command of state.underway.splice(place, 1)) serve(state, command)
}

/**
 * All sagas have ended: the network delivers what it held back, then the run is judged. A right one makes room for the next.
 *
 * @param {State} state
 */
const finish = (state) => {
  state.after++
  if (!state.end) {
    if (state.after < AFTER) return
    state.after = 0
    if (state.underway.length) return deliver(state, 0)
    const scenario = { ...state.scenario, plans: state.sagas.map(({ plan }) => plan) }
    state.end = verdict(scenario, { ends: endsOf(state), balances: state.services.balances, refused: state.business.refused() })
    mark(state)
    state.says = `Ended: ${reasonOf(state) ?? 'right'}.`
  } else if (state.end === 'right' && state.after >= SHOWN) start(state)
}

/** @param {State} state */
export const endsOf = ({ sagas }) => sagas.map(({ command }) => command.end)

/**
 * Marks the path in the grid that the run has walked.
 *
 * @param {State} state
 */
const mark = (state) => {
  const { calls, refusals, walks } = state
  const [refused] = refusals
  const place = state.walk ?? walks.findIndex(({ name }) => name === nameOf(refused, calls))
  if (place < 0 || (state.walk === undefined && !state.isPure)) return
  state.walked.add(place)
  state.walk = place
}

/**
 * The first thing that is wrong with a run, or nothing. Before the end it is only a step that is in effect more than once, or less than never.
 *
 * @param {State} state
 * @returns {string | undefined}
 */
export const reasonOf = (state) => {
  const { effects, end, stuck, services } = state
  if (end === 'right') return
  const odd = [...effects].find(([, times]) => times > 1 || times < 0)
  if (odd) return `${stepOf(odd[0])} ${odd[1] > 1 ? 'took effect' : 'was undone'} twice`
  if (end === 'stuck') return `stuck: ${stuck} was refused`
  if (end === 'causeless') return 'undone, but nobody refused'
  if (end) return `${endsOf(state)}, but ${services.balances.hold + services.balances.clearing || 'money'} is left behind`
}

/**
 * What must hold: no money is made or lost, and after the end none is left in between.
 *
 * @param {State} state
 */
export const invariants = ({ services: { balances } }) => ({
  sum: Object.values(balances).reduce((total, balance) => total + balance, 0),
  between: balances.hold + balances.clearing,
})
