// The load balancer at work: its instances, the two staircases of its thresholds, and the last minutes.

import { h, label, lamp, svg } from 'graven'
import {
  CHECKS,
  RECENT,
  SLOTS,
  TICK,
  clock,
  errorsOf,
  faults,
  initial,
  invariants,
  shareOf,
  step,
} from './core.js'

/** @typedef {import('./core.js').State} State */
/** @typedef {import('../code/core/instance.js').Instance} Instance */

const WIDTH = 340
const HEIGHT = 410

const COLUMN = 86
const BOX = { width: 80, height: 72 }
const ROWS = [22, 126] // tops of the two rows of boxes
const BUS = 110 // where the requests come along, between the rows
const SPEED = 0.8 // of a request on its way, units/ms
const FASTEST_SEEN = 3 // model seconds per second above which a request on its way is a blur

/** The two plots share their levels, which are sizes of the fleet. */
const PLOT = { left: 16, middle: 172, right: 190, top: 236, level: 14 }
const IN_FLIGHT = 24 // where the axis ends
const STRIP = { top: 358, height: 48 }

/** A tenth of a unit is finer than any screen. */
const rounded = (/** @type {number} */ number) => Math.round(number * 10) / 10

/** @param {number} size */
const levelOf = (size) => PLOT.top + (8 - size) * PLOT.level

/** @param {number} load */
const acrossOf = (load) => rounded(PLOT.left + (Math.min(load, IN_FLIGHT) / IN_FLIGHT) * (PLOT.middle - PLOT.left))

/** @param {number} seat */
const placeOf = (seat) => ({ x: (seat % 4) * COLUMN + 1, y: ROWS[Math.floor(seat / 4)] })

/**
 * The state of an instance in a word, and whether it gets requests.
 *
 * @param {State} state
 * @param {Instance} it
 * @returns {[string, boolean]}
 */
const stateOf = ({ simulation, now, world }, it) => {
  if (it.state === 'draining') return ['drains', false]
  if (it.state === 'starting') return [`boots ${Math.max(1, Math.ceil((it.since + world.bootTime - now) / 1000))}`, false]
  return [faults[simulation.instance(it.id)?.fault ?? 'none'].word, it.healthy && it.ejectedUntil <= now]
}

/** The marks of a request that is there, and of one that failed, from their middle. */
const ROUND = 'm-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0'
const CROSS = 'm-5-5l10 10m0-10l-10 10'

/** @typedef {{ key: string, id: number, x: number, y: number }} Traveller a request between the clients and its instance */

/**
 * @param {State} state
 * @param {Instance} it
 * @param {number} seat
 * @param {Traveller[]} travelling
 */
const instanceBox = (state, it, seat, travelling) => {
  const { x, y } = placeOf(seat)
  const [word, takes] = stateOf(state, it)
  const { simulation, now } = state
  const instance = simulation.instance(it.id)
  const share = Math.round(shareOf(state, it.id))
  const onTheWay = travelling.filter(({ id }) => id === it.id).length
  const load = Math.max(0, it.load - onTheWay)
  const atWork = Math.min(load, instance?.busy ?? 0)
  const waiting = load - atWork
  const isLong = waiting > SLOTS
  const failures = state.ended.filter(({ id, failed, at }) => failed && id === it.id && at > now - RECENT).length
  const row = (/** @type {number} */ length, /** @type {number} */ line, /** @type {string} */ shape) =>
    Array.from({ length: Math.min(SLOTS, length) }, (_, place) => `M${x + 13 + place * 18} ${y + line}${shape}`).join('')
  const touch = it.state === 'ready' && instance && `instance:${it.id}`
  return h(
    'g',
    { key: it.id, touch, label: `Instance ${it.id}: ${word}${takes ? '' : ', out'}, ${it.load} in flight` },
    h('rect', { class: 'paper', x, y, ...BOX, 'stroke-dasharray': instance?.fault === 'slow' || it.state === 'starting' ? '4 3' : false }),
    !takes && h('path', { class: 'faint', d: `M${x} ${y}l${BOX.width} ${BOX.height}` }),
    label(x + 6, y + 15, it.id),
    it.state === 'ready' && label(x + BOX.width - 5, y + 15, takes ? `${share} %` : 'out', { anchor: 'end', tone: 'hue' }),
    label(x + 6, y + 30, word, { size: 13, tone: 'soft' }),
    h('path', { d: row(atWork, 43, ROUND), fill: 'currentColor' }),
    failures > 0 ? h('path', { class: 'hue', 'stroke-width': 2, d: row(failures, 61, CROSS) }) : h('path', { d: row(isLong ? SLOTS - 1 : waiting, 61, ROUND) }),
    isLong && label(x + BOX.width - 3, y + 66, `+${waiting - SLOTS + 1}`, { anchor: 'end', size: 13 }),
  )
}

/**
 * @param {State} state
 * @returns {Traveller[]}
 */
const travellers = ({ sent, seats, now, settings }) =>
  sent.flatMap(({ at, number, id }) => {
    const seat = seats.indexOf(id)
    if (seat < 0 || settings.pace > FASTEST_SEEN) return []
    const { x, y } = placeOf(seat)
    const isAbove = y < BUS
    const turn = x + BOX.width / 2
    const gone = (now - at) * SPEED
    const turned = Math.max(0, gone - turn)
    if (turned > (isAbove ? BUS - y - BOX.height : y - BUS)) return []
    return [{ key: String(number), id, x: Math.min(gone, turn), y: BUS + (isAbove ? -turned : turned) }]
  })

/** @param {State} state */
const fleetDrawing = (state) => {
  const { simulation, seats, now, checkedAt, world } = state
  const turn = (360 * (now - checkedAt)) / world.settings.checkInterval
  const travelling = travellers(state)
  return [
    label(0, 13, `${clock(now)}, ${Math.round(errorsOf(state))} % fail`),
    label(WIDTH - 24, 13, 'check every 5 s', { anchor: 'end', tone: 'soft' }),
    h('circle', { cx: WIDTH - 10, cy: 9, r: 8 }),
    h('path', { d: `M${WIDTH - 10} 9v-8`, 'stroke-width': 2, transform: `rotate(${Math.round(turn)} ${WIDTH - 10} 9)` }),
    h('path', { class: 'soft', d: `M0 ${BUS}H${WIDTH - 40}` }),
    h(
      'g',
      {},
      seats.map((id, seat) => {
        const it = simulation.fleet.instances.find((one) => one.id === id)
        const { x, y } = placeOf(seat)
        return it
          ? instanceBox(state, it, seat, travelling)
          : h('rect', { key: `seat ${seat}`, class: 'faint', x, y, ...BOX, 'stroke-dasharray': '2 4' })
      }),
    ),
    h('g', { class: 'hue' }, travelling.map(({ key, x, y }) => h('circle', { key, cx: x, cy: y, r: 5, fill: 'currentColor' }))),
  ]
}

/**
 * The path on which the size follows a load: it climbs where the fleet grows and descends where it shrinks.
 *
 * @param {(size: number) => number} threshold the load at which a fleet of this size changes
 * @param {number} from the first size that changes
 */
const staircase = (threshold, from) => {
  let path = `M${PLOT.left} ${levelOf(2)}`
  for (let size = from; size < from + 6; size++) {
    path += `H${acrossOf(threshold(size))}V${levelOf(size - from + 3)}`
  }
  return `${path}H${PLOT.middle}`
}

/** @param {State} state */
const stairsDrawing = ({ settings, checks }) => {
  const { up, down } = settings
  const trail = checks.slice(-12)
  const points = trail.map(({ load, size }) => `${acrossOf(load)} ${levelOf(size)}`)
  const [x, y] = (points.at(-1) ?? `${acrossOf(settings.load)} ${levelOf(2)}`).split(' ')
  return [
    [2, 5, 8].map((size) => label(0, levelOf(size) + 5, size, { tone: 'soft' })),
    h('path', { class: 'soft', d: staircase((size) => up * size, 2) }),
    h('path', { class: 'hue', 'stroke-width': 2, 'stroke-dasharray': '5 3', d: staircase((size) => down * size, 3) }),
    label(PLOT.left, PLOT.top - 10, 'shrinks', { tone: 'hue' }),
    label(PLOT.middle, levelOf(3) + 5, 'grows', { anchor: 'end', tone: 'soft' }),
    label(PLOT.left, levelOf(2) + 24, 0, { tone: 'soft' }),
    label((PLOT.left + PLOT.middle) / 2, levelOf(2) + 24, 'in flight', { anchor: 'middle', tone: 'soft' }),
    label(PLOT.middle, levelOf(2) + 24, IN_FLIGHT, { anchor: 'end', tone: 'soft' }),
    h('path', { class: 'soft', d: `M${acrossOf(settings.load)} ${levelOf(2) + 1}l4 7h-8z`, fill: 'currentColor', stroke: 'none' }),
    points.length > 1 && h('path', { d: `M${points.join('L')}`, 'stroke-opacity': 0.5 }),
    points.length > 0 && h('circle', { cx: x, cy: y, r: 4.5, fill: 'currentColor', stroke: 'none' }),
  ]
}

/** @param {State} state */
const historyDrawing = ({ settings, checks, size, count }) => {
  const { up, down } = settings
  const span = Math.min(CHECKS, Math.max(24, checks.length))
  const pitch = (WIDTH - PLOT.right) / span
  const at = (/** @type {number} */ place) => rounded(PLOT.right + place * pitch)
  const most = Math.max(4, up * 1.25)
  const bottom = STRIP.top + STRIP.height
  const heightOf = (/** @type {number} */ load) => rounded(bottom - (Math.min(load, most) / most) * STRIP.height)
  const steps = checks.map((it, place) => `V${levelOf(it.size)}H${at(place + 1)}`).join('')
  const loads = checks.map((it, place) => `${at(place)} ${heightOf(it.average)}H${at(place + 1)}`).join('L')
  const average = checks.at(-1)?.average
  return [
    label(PLOT.right, PLOT.top - 10, `${size} instances`),
    count.reversals > 0 && label(WIDTH, PLOT.top - 10, `✕ ${count.reversals}`, { anchor: 'end', tone: 'hue' }),
    h('path', { class: 'faint', d: `M${PLOT.right} ${levelOf(2)}H${WIDTH}M${PLOT.right} ${bottom}H${WIDTH}` }),
    steps && h('path', { 'stroke-width': 2, d: `M${PLOT.right} ${levelOf(checks[0].size)}${steps}` }),
    label(WIDTH, levelOf(2) + 24, `last ${Math.round((span * 5) / 60)} min`, { anchor: 'end', tone: 'soft' }),
    label(0, STRIP.top + 14, 'load of one'),
    label(0, STRIP.top + 48, '▲ asked for', { tone: 'soft' }),
    label(0, STRIP.top + 31, `instance: ${average === undefined ? '…' : average.toFixed(1)}`),
    loads && h('path', { d: `M${loads}` }),
    h('path', { class: 'soft', d: `M${PLOT.right} ${heightOf(up)}H${WIDTH}` }),
    h('path', { class: 'hue', 'stroke-width': 2, 'stroke-dasharray': '5 3', d: `M${PLOT.right} ${heightOf(down)}H${WIDTH}` }),
    label(PLOT.right - 5, heightOf(up) + 4, up, { anchor: 'end', tone: 'soft', size: 13 }),
    label(PLOT.right - 5, Math.max(heightOf(up) + 17, heightOf(down) + 4), down, { anchor: 'end', tone: 'hue', size: 13 }),
  ]
}

/** @param {State} state */
const outputsOf = (state) => {
  const { now, count } = state
  const { reversals, reversedAt } = count
  const passed = now - count.from
  return {
    errors: `${Math.round(errorsOf(state))} %`,
    over: `${Math.round(count.overload / 1000)} s of ${clock(passed)}`,
    changes: `${count.changes}${passed < 300_000 ? '' : `, ${Math.round((count.changes * 3_600_000) / passed)} an hour`}`,
    cost: (count.paid / 60_000).toFixed(1),
    flaps: lamp(invariants(state).calm, reversals > 0 ? `${reversals} undone, last at ${clock(reversedAt)}` : 'none'),
  }
}

export default {
  tick: TICK,
  initial,
  step,
  /** @param {State} state */
  view: (state) => ({
    drawing: svg(WIDTH, HEIGHT, fleetDrawing(state), stairsDrawing(state), historyDrawing(state)),
    outputs: outputsOf(state),
    says: state.says,
  }),
  stride: 20,
  still: {
    settings: { load: 7, policy: 'least', up: 3, down: 0.5, boot: 12, loop: 'all', eject: false, chance: true, pace: 1 },
    seed: 1,
    ticks: 1000,
    events: [
      { at: 0, type: 'set', name: 'pace', value: 30 },
      { at: 800, type: 'set', name: 'pace', value: 1 },
    ],
  },
}
