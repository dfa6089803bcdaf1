// The queue, its workers, the receiver of their effects, and the store that keeps the queue's log. Hue: what has had its effect.

import { box, count, dial, dot, h, label, lamp, lane, stack, svg } from 'graven'

import { batch, buried, clock, cost, initial, invariants, isOver, leases, letterOf, receiptText, step } from './core.js'

/** @typedef {import('./core.js').State} State */
/** @typedef {import('./core.js').World} World */
/** @typedef {import('./core.js').Worker} Worker */
/** @typedef {import('./core.js').Entry} Entry */

/** Dots of a lane: the drawing has to stay cheap. */
const most = { ready: 7, leased: 4, dead: 3 }
const entriesShown = 4

/** @typedef {'ink' | 'soft' | 'hue'} Tone */

/** @param {number} number */
const round = (number) => Math.round(number * 10) / 10

/**
 * @param {World} world
 * @param {string} id
 */
const item = ({ receiver }, id) => ({ key: id, letter: letterOf(id), tone: /** @type {Tone} */ (receiver.effects.has(id) ? 'hue' : 'ink') })

/** @param {State} state */
const lanes = ({ world }) => {
  const { ready, leased, dead } = world.queue
  const held = world.workers.map(({ attempt }) => attempt?.receipt)
  return [
    lane({ x: 1, y: 20, width: 166, title: 'Ready', count: ready.length, items: ready.slice(0, most.ready).map(({ id }) => item(world, id)) }),
    lane({
      x: 174,
      y: 20,
      width: 166,
      title: 'Leased',
      count: leased.size,
      // Hollow: no worker has it any more, and the queue cannot know.
      items: [...leased.values()].slice(0, most.leased).map(({ message, receipt }) => ({
        ...item(world, message.id),
        hollow: !held.includes(receipt),
      })),
    }),
    lane({
      x: 1,
      y: 152,
      width: 166,
      title: 'Receiver: effects',
      count: world.effects + world.doubled,
      items: world.calls.map(({ id, kind, n }) => ({
        key: n,
        letter: letterOf(id),
        tone: kind === 'first' ? 'soft' : 'hue',
        hollow: kind === 'refused',
      })),
    }),
    lane({ x: 174, y: 152, width: 166, title: 'Dead', count: dead.length, items: dead.slice(-most.dead).map(({ id }) => item(world, id)) }),
  ]
}

/**
 * @param {World} world
 * @param {Worker} worker
 */
const stateOf = ({ now }, { attempt, isPaused, back, refused }) => {
  if (isPaused) return 'paused'
  if (now < back) return 'crashed'
  if (attempt) return now < attempt.until ? 'works' : 'too late'
  return now < refused ? 'refused' : 'idle'
}

/**
 * @param {World} world
 * @param {Worker} worker
 * @param {number} place
 */
const workerBox = (world, worker, place) => {
  const { attempt, isPaused } = worker
  const state = stateOf(world, worker)
  const x = 1 + place * 86.5
  const y = 58
  const spent = attempt ? Math.min(1, (world.now - attempt.since) / (attempt.until - attempt.since)) : 0
  return h(
    'g',
    { key: place, touch: `worker:${place}`, label: `${worker.name}${isPaused ? ', paused: go on' : ': pause'}` },
    box({ x, y, width: 79, height: 66, title: state, dashed: isPaused, stopped: state === 'crashed' }),
    attempt && [
      // The ring closes with the lease.
      dial({ x: x + 17, y: y + 16, radius: 11, fraction: spent }),
      dot({ x: x + 17, y: y + 16, ...item(world, attempt.id), hollow: spent === 1 }),
      label(x + 73, y + 20, receiptText(attempt.receipt), { anchor: 'end', size: 13, tone: 'soft' }),
      h('path', { d: `M${x + 8} ${y + 54}h${round(63 * (attempt.worked / attempt.work))}`, 'stroke-width': 6, class: 'soft' }),
    ],
  )
}

/** @param {Entry} entry */
const textOf = ({ change, id, receipt }) => {
  if (change.kind === 'receive') return `lease ${letterOf(id)} ${receiptText(receipt)}`
  if (change.kind === 'open') return `start ${change.epoch}`
  if (change.kind === 'settings') return 'settings'
  return `${change.kind} ${letterOf(id)}`
}

/** @param {State} state */
const store = ({ log, synced }) => {
  const memory = log.length - synced
  const first = Math.max(0, log.length - entriesShown)
  const entries = log.slice(first).map((entry, place) => ({
    key: first + place,
    text: textOf(entry),
    tone: /** @type {Tone} */ (first + place < synced ? 'ink' : 'soft'),
  }))
  return [
    label(0, 206, `Log: ${count(memory)} not synced`),
    stack({ x: 1, y: 214, width: 150, entries: entries.reverse() }),
    // What is above this line goes with the power.
    h('path', { d: `M1 ${214 + 22 * Math.min(memory, entriesShown)}h150`, 'stroke-width': 4 }),
  ]
}

/** Logarithms of both axes: leases of 2 to 120 s, costs of 1 to 100 mean handlers. */
const across = (/** @type {number} */ lease) => round(186 + (Math.log(lease / 2) / Math.log(60)) * 140)
const above = (/** @type {number} */ handlers) => round(290 - (Math.log(Math.min(100, Math.max(1, handlers))) / Math.log(100)) * 76)

/** @param {State} state */
const curve = ({ rehearsals, own }) => {
  const { lease, handler } = own.settings
  const points = rehearsals.map((world, place) => ({ x: across(leases[place] ?? 2), cost: cost(world), lease: leases[place] }))
  const known = points.flatMap(({ cost, ...point }) => (cost === undefined ? [] : [{ ...point, y: above(cost / handler), cost }]))
  const least = known.reduce((best, point) => (best && best.cost <= point.cost ? best : point), known[0])
  const ownCost = cost(own)
  return {
    least,
    ownCost,
    drawing: [
      label(340, 206, isOver(own) ? 'Cost by lease, s' : `Cost, ${count(own.sent)} of ${count(batch)}`, { anchor: 'end' }),
      h('path', { class: 'faint', d: 'M180 214V290H340' }),
      h('path', { d: `M${across(lease)} 214V290`, 'stroke-dasharray': '4 3', class: 'hue' }),
      known.length > 1 && h('path', { d: `M${known.map(({ x, y }) => `${x} ${y}`).join('L')}` }),
      least && h('circle', { class: 'paper', cx: least.x, cy: least.y, r: 4 }),
      ownCost !== undefined && h('circle', { class: 'hue', cx: across(lease), cy: above(ownCost / handler), r: 4, fill: 'currentColor' }),
      [2, 15, 120].map((lease) => label(across(lease), 305, lease, { anchor: 'middle', size: 13, tone: 'soft' })),
    ],
  }
}

/** @param {State} state */
const view = (state) => {
  const { world, own, brokenAt } = state
  const { drawing, least, ownCost } = curve(state)
  const { lost, doubled, isKept } = invariants(state)
  // The rehearsals go on for some seconds after a control has changed.
  const soFar = isOver(own) ? '' : ' so far'
  return {
    drawing: svg(
      340,
      336,
      lanes(state),
      world.workers.map((worker, place) => workerBox(world, worker, place)),
      store(state),
      drawing,
      label(0, 330, world.news, { size: 13 }),
    ),
    outputs: {
      sum: isKept ? lamp(true) : lamp(false, `${count(lost)} lost at ${clock(brokenAt)}`),
      doubled: count(doubled),
      cost: ownCost === undefined ? '' : `${ownCost.toFixed(1)} s${soFar}`,
      least: least ? `${least.cost.toFixed(1)} s with ${least.lease} s${soFar}` : '',
      buried: `${count(buried(own))} of ${count(own.queue.dead.length)}${soFar}`,
    },
    says: world.news,
  }
}

export default {
  tick: 50,
  stride: 10,
  initial,
  step,
  view,
  still: {
    settings: { lease: 8, handler: 2, crash: 5, tries: 5, guard: 'none', store: 'everysec' },
    seed: 371,
    ticks: 244,
  },
}
