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

/** Where the two plots begin and end. They share their levels, which are sizes of the fleet. */
const LEFT = 16
const MIDDLE = 172
const RIGHT = 190
const TITLE = 226
const AXIS = 344
const IN_FLIGHT = 24 // where the axis ends

/** The strip below the right one. */
const STRIP = 48
const BOTTOM = 406

const soft = /** @type {const} */ ({ tone: 'soft' })
const hue = /** @type {const} */ ({ tone: 'hue' })
const softEnd = /** @type {const} */ ({ anchor: 'end', tone: 'soft' })
const hueEnd = /** @type {const} */ ({ anchor: 'end', tone: 'hue' })
const centred = /** @type {const} */ ({ anchor: 'middle' })
const growing = { class: 'soft' }
const shrinking = { class: 'hue', 'stroke-width': 2, 'stroke-dasharray': '5 3' }

/** A tenth of a unit is finer than any screen. */
const rounded = (/** @type {number} */ number) => Math.round(number * 10) / 10

/** @param {number} size */
const levelOf = (size) => 348 - 14 * size

/** @param {number} load */
const acrossOf = (load) => rounded(LEFT + (Math.min(load, IN_FLIGHT) / IN_FLIGHT) * (MIDDLE - LEFT))

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
    { key: it.id, touch, label: `Instance ${it.id}: ${word}${takes ? '' : ', out'}` },
    h('rect', { class: 'paper', x, y, ...BOX, 'stroke-dasharray': instance?.fault === 'slow' || it.state === 'starting' ? '4 3' : false }),
    !takes && h('path', { class: 'faint', d: `M${x} ${y}l${BOX.width} ${BOX.height}` }),
    label(x + 6, y + 15, it.id),
    it.state === 'ready' && label(x + BOX.width - 5, y + 15, takes ? `${share} %` : 'out', hueEnd),
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
  const { simulation, seats, now, world, isTouched } = state
  const turn = (360 * (now - simulation.fleet.seen.now)) / world.settings.checkInterval
  const travelling = travellers(state)
  return [
    label(0, 13, `${clock(now)}, ${Math.round(errorsOf(state))} % fail`),
    label(WIDTH - 24, 13, 'check every 5 s', softEnd),
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
    !isTouched &&
      !seats[4] &&
      ['touch an', 'instance', 'to break', 'it'].map((words, place) => label(41 + COLUMN * place, ROWS[1] + 40, words, centred)),
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
  let path = `M${LEFT} ${levelOf(2)}`
  for (let size = from; size < from + 6; size++) {
    path += `H${acrossOf(threshold(size))}V${levelOf(size - from + 3)}`
  }
  return `${path}H${MIDDLE}`
}

/** @param {State} state */
const stairsDrawing = ({ settings, checks }) => {
  const { up, down } = settings
  const trail = checks.slice(-12)
  const points = trail.map(({ load, size }) => `${acrossOf(load)} ${levelOf(size)}`)
  const last = trail.at(-1)
  return [
    [2, 5, 8].map((size) => label(0, levelOf(size) + 5, size, soft)),
    h('path', { ...growing, d: staircase((size) => up * size, 2) }),
    h('path', { ...shrinking, d: staircase((size) => down * size, 3) }),
    label(LEFT, TITLE, 'shrinks', hue),
    label(MIDDLE, levelOf(3) + 5, 'grows', softEnd),
    label(LEFT, AXIS, 0, soft),
    label(94, AXIS, 'in flight', { ...soft, ...centred }),
    label(MIDDLE, AXIS, IN_FLIGHT, softEnd),
    h('path', { class: 'soft', d: `M${acrossOf(settings.load)} ${levelOf(2) + 1}l4 7h-8z`, fill: 'currentColor', stroke: 'none' }),
    last && h('path', { d: `M${points.join('L')}`, 'stroke-opacity': 0.5 }),
    last && h('circle', { cx: acrossOf(last.load), cy: levelOf(last.size), r: 4.5, fill: 'currentColor', stroke: 'none' }),
  ]
}

/** @param {State} state */
const historyDrawing = ({ settings, checks, size, count }) => {
  const { up, down } = settings
  const span = Math.min(CHECKS, Math.max(24, checks.length))
  const pitch = (WIDTH - RIGHT) / span
  const at = (/** @type {number} */ place) => rounded(RIGHT + place * pitch)
  const most = Math.max(4, up * 1.25)
  const heightOf = (/** @type {number} */ load) => rounded(BOTTOM - (Math.min(load, most) / most) * STRIP)
  const steps = checks.map((it, place) => `V${levelOf(it.size)}H${at(place + 1)}`).join('')
  const loads = checks.map((it, place) => `${at(place)} ${heightOf(it.average)}H${at(place + 1)}`).join('L')
  const average = checks.at(-1)?.average
  return [
    label(RIGHT, TITLE, `${size} instances`),
    count.reversals > 0 && label(WIDTH, TITLE, `✕ ${count.reversals}`, hueEnd),
    h('path', { class: 'faint', d: `M${RIGHT} ${levelOf(2)}H${WIDTH}M${RIGHT} ${BOTTOM}H${WIDTH}` }),
    steps && h('path', { 'stroke-width': 2, d: `M${RIGHT} ${levelOf(checks[0].size)}${steps}` }),
    label(WIDTH, AXIS, `last ${Math.round((span * 5) / 60)} min`, softEnd),
    label(0, BOTTOM - 34, 'load of one'),
    label(0, BOTTOM, '▲ asked for', soft),
    label(0, BOTTOM - 17, `instance: ${average === undefined ? '…' : average.toFixed(1)}`),
    loads && h('path', { d: `M${loads}` }),
    h('path', { ...growing, d: `M${RIGHT} ${heightOf(up)}H${WIDTH}` }),
    h('path', { ...shrinking, d: `M${RIGHT} ${heightOf(down)}H${WIDTH}` }),
    label(RIGHT - 5, heightOf(up) + 4, up, softEnd),
    label(RIGHT - 5, Math.min(Math.max(heightOf(up) + 17, heightOf(down) + 4), BOTTOM), down, hueEnd),
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
    flaps: lamp(invariants(state).calm, reversals > 0 ? `${reversals} undone, ${clock(reversedAt)}` : 'none'),
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
    ticks: 340,
    events: [
      { at: 0, type: 'set', name: 'pace', value: 30 },
      { at: 240, type: 'set', name: 'pace', value: 1 },
    ],
  },
}
