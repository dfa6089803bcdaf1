// The figure of the article: a transfer that its reader can disturb, and a grid of every path.

import { box, dial, dot, h, label, lamp, svg } from 'graven'
import { TIMEOUT, arrowOf, endsOf, initial, invariants, reasonOf, step } from './core.js'

/**
 * @typedef {import('./core.js').State} State
 * @typedef {import('./core.js').Saga} Saga
 */

/** The tape with the log: its top, its height, and how wide a line is. It shows the newest. */
const TAPE = { y: 45, height: 34, cell: 56 }
const LINES = 6

/** The arrows between the coordinator and the steps, each with room for a finger. */
const TOP = 84
const BOTTOM = 140
const APART = 17

/** The steps, the accounts, the verdict. */
const STEPS = 142
const ACCOUNTS = 202
const VERDICT = 246

/** The grid, its cells, and the marks in them. */
const GRID = { x: 76, y: 292, cell: 26.4, row: 24, mark: 5.6 }

const round = (/** @type {number} */ number) => Math.round(number * 10) / 10

/** @param {State} state */
const stepsOf = ({ scenario }) => scenario.plans[0].map((/** @type {{ op: string }} */ { op }) => op)

/** @param {State} state @param {string} op */
const middleOf = (state, op) => 85 * (stepsOf(state).indexOf(op) + 0.5)

/** Where the arrow of a request or a reply is. @param {State} state @param {string} op @param {string} phase */
const arrowAt = (state, op, phase) => middleOf(state, op) + (phase === 'down' ? -APART : APART)

/**
 * @param {number} x
 * @param {number} y
 * @param {string} text
 * @param {{ anchor?: 'middle' | 'end', tone?: 'ink' | 'soft' | 'hue' }} [options]
 */
const small = (x, y, text, options) => label(x, y, text, { size: 13, ...options })

const middle = /** @type {const} */ ({ anchor: 'middle' })
const soft = /** @type {const} */ ({ tone: 'soft' })

/** A part of the drawing that can be pressed and has no shape. @param {string} touch @param {number[]} place @param {string} words */
const pad = (touch, [x, y, width, height], words) =>
  h('rect', { key: touch, x, y, width, height, stroke: 'none', 'pointer-events': 'all', touch, label: words })

/** @param {number} x @param {number} y @param {number} size */
const cross = (x, y, size) => `M${round(x - size)} ${round(y - size)}l${2 * size} ${2 * size}m${-2 * size} 0l${2 * size} ${-2 * size}`

/** @param {string} d @param {number} [width] */
const hue = (d, width) => h('path', { class: 'hue', d, 'stroke-width': width })

// The coordinator and its log.

/** @param {State} state */
const coordinator = (state) => {
  const { downtime, read, sagas } = state
  const stopped = downtime > 0 && !read
  const open = sagas.find(({ command }) => !command.end)
  const words = stopped ? 'dead' : downtime ? 'reads its log' : !open ? `${endsOf(state)}` : `waits for ${open.command.op}`
  const message = open?.message
  return [
    box({ x: 1, y: 1, width: 338, height: 40, title: 'Coordinator', state: words, stopped, touch: 'kill', label: `Coordinator${downtime ? ', dead' : ''}: kill it` }),
    dial({ x: 320, y: 21, radius: 9, fraction: message && !message.orphan ? message.waited / TIMEOUT : 0 }),
  ]
}

/** @param {State} state */
const log = ({ sagas, tape, read, downtime }) => {
  const { y, height, cell } = TAPE
  const shown = tape.slice(-LINES)
  const first = tape.length - shown.length
  return [
    h('path', { class: 'soft', d: `M2 ${y}h336M2 ${y + height}h336${shown.map((_, place) => `M${2 + cell * (place + 1)} ${y}v5m0 ${height - 10}v5`).join('')}` }),
    shown.map(({ line, letter }, place) => {
      const words = line.split(' ')
      const x = 2 + cell * (place + 0.5)
      if (sagas.length > 1) words.unshift(letter)
      return [
        small(x, y + 14, words.slice(0, -1).join(' '), middle),
        small(x, y + (words.length > 1 ? 28 : 21), words.at(-1) ?? '', middle),
      ]
    }),
    downtime > 0 && read > first && hue(`M2 ${y}h${cell * (read - first)}v${height}H2z`, 2.5),
  ]
}

// The arrows, and what is on them.

/** @param {State} state */
const arrows = (state) => {
  const armed = [...state.armed].map((arrow) => {
    const [phase, op] = arrow.split(':')
    return cross(arrowAt(state, op, phase), (TOP + BOTTOM) / 2, 7)
  })
  const arrowsOf = stepsOf(state).flatMap((/** @type {string} */ op) => ['down', 'up'].map((phase) => ({ op, phase, x: arrowAt(state, op, phase) })))
  return [
    h('path', { class: 'soft', d: arrowsOf.map(({ x, phase }) => `M${x} ${TOP}V${BOTTOM}` + (phase === 'up' ? `M${x - 4} ${TOP + 7}l4-7l4 7` : 'm-4-7l4 7l4-7')).join('') }),
    hue(armed.join(''), 2.5),
    arrowsOf.map(({ op, phase, x }) => {
      const arrow = `${phase}:${op}`
      return pad(arrow, [x - APART, TOP - 2, 2 * APART, BOTTOM - TOP + 2], `${phase === 'up' ? 'Reply' : 'Request'} of ${op}: lose it${state.armed.has(arrow) ? ', chosen' : ''}`)
    }),
  ]
}

/** @param {State} state @param {Saga} saga */
const traveller = (state, { letter, command, message }) => {
  if (!message || message.phase === 'work' || (message.isGone && message.call.fault === 'late')) return
  const way = (message.ticks / message.flight) * (BOTTOM - TOP)
  const x = arrowAt(state, arrowOf(command), message.phase)
  const y = message.phase === 'up' ? BOTTOM - way : TOP + way
  return [
    dot({ x, y, letter: state.sagas.length > 1 ? letter : '', hollow: message.isGone, key: letter }),
    message.isGone && hue(cross(x, y, 9), 2.5),
  ]
}

/** The requests that the network holds back, on their arrows. @param {State} state */
const delayed = (state) => state.underway.map((command, place) => dot({
  x: arrowAt(state, arrowOf(command), 'down'), y: BOTTOM - 26, letter: '…', hollow: true, touch: `late:${place}`,
  label: `Late request of ${command.op}: let it arrive`,
}))

// The steps and the accounts.

/** @param {State} state @param {string} op */
const station = (state, op) => {
  const refuses = state.refuser === op
  const words = state.answers.get(op) ?? (refuses ? 'refuses' : 'ready')
  return box({
    x: middleOf(state, op) - 39, y: STEPS, width: 78, height: 40, title: op, state: words, dashed: refuses, key: op, touch: `step:${op}`,
    label: `${op}, ${words}: ${refuses ? 'accept' : 'refuse'} it`,
  })
}

/** @param {State} state */
const money = ({ services }) => Object.entries(services.balances).map(([account, balance], place) => {
  const x = 68 * place + 34
  return [
    small(x, ACCOUNTS, account, middle),
    label(x, ACCOUNTS + 21, '●'.repeat(balance / 100), middle),
    h('path', { class: 'soft', d: `M${x - 30} ${ACCOUNTS + 27}h60` }),
  ]
})

// The grid.

/** The names of its rows and columns, and where a cell is. @param {State} state */
const gridOf = (state) => {
  const steps = stepsOf(state)
  // There is nothing to undo of a screening.
  const rows = ['none', ...steps, ...steps.filter((/** @type {string} */ op) => op !== 'screen').toReversed().map((/** @type {string} */ op) => `undo ${op}`)]
  const columns = ['none', ...steps]
  const at = (/** @type {string} */ cell) => {
    const [row, side, column] = cell.split('/')
    return [GRID.x + GRID.cell * (2 * columns.indexOf(column) + Number(side === 'up')), GRID.y + GRID.row * rows.indexOf(row)]
  }
  return { rows, columns, at }
}

/** A mark for each path: a square, a cross, or a stroke where nobody has been. @param {State} state */
const grid = (state) => {
  const { walks, walk, isExplored, walked } = state
  const { rows, columns, at } = gridOf(state)
  const drawn = { right: '', wrong: '', unknown: '' }
  /** @type {Map<string, number[]>} where each cell is, how many paths it has, and how many are wrong */
  const cells = new Map()
  const marks = walks.map(({ cell, index, isRight }, place) => {
    const [left, top, all, wrong] = cells.get(cell) ?? [...at(cell), 0, 0]
    cells.set(cell, [left, top, all + 1, wrong + Number(!isRight)])
    const [x, y] = [round(left + 5 + GRID.mark * (index % 4)), round(top + 8 + GRID.mark * (index >> 2))]
    if (!isExplored && !walked.has(place)) drawn.unknown += `M${round(x - 0.7)} ${y}h1.4`
    else if (isRight) drawn.right += `M${round(x - 1.7)} ${round(y - 1.7)}h3.4v3.4h-3.4z`
    else drawn.wrong += cross(x, y, 2.2)
    return [x, y]
  })
  const pads = [...cells].sort(([, [x1, y1]], [, [x2, y2]]) => y1 - y2 || x1 - x2)
  return [
    small(0, GRID.y - 22, 'refused:', soft),
    small(0, GRID.y - 6, 'lost:', soft),
    columns.map((column, place) => {
      const x = GRID.x + GRID.cell * (2 * place + 1)
      return [small(x, GRID.y - 22, column, middle), small(x, GRID.y - 6, '↓\u00a0\u00a0↑', { ...middle, ...soft })]
    }),
    rows.map((row, place) => small(0, GRID.y + GRID.row * place + 13, row.replace('undo', '↶'))),
    h('path', { class: 'soft', d: `M0 ${GRID.y}h340${drawn.unknown}${drawn.right}` }),
    hue(drawn.wrong, 1.6),
    walk !== undefined && h('circle', { class: 'hue', cx: marks[walk][0], cy: marks[walk][1], r: 5.5, 'stroke-width': 2 }),
    isExplored && pads.map(([cell, [x, y, all, wrong]]) => {
      const [row, side, column] = cell.split('/')
      return pad(`cell:${cell}`, [x, y, GRID.cell, GRID.row], `Lost: ${row} ${side}, refused: ${column}. ${wrong} of ${all} wrong. Replay`)
    }),
  ]
}

/** @param {State} state */
const view = (state) => {
  const { walks, isExplored, walked, end, sagas } = state
  const { sum, between } = invariants(state)
  const reason = reasonOf(state)
  const verdict = reason ? lamp(false, reason) : lamp(end ? true : undefined, end ? `${endsOf(state)}, and the balances agree` : 'under way')
  const known = walks.filter((_, place) => isExplored || walked.has(place))
  const wrong = known.filter(({ isRight }) => !isRight).length
  const parts = [
    coordinator(state), log(state), stepsOf(state).map((/** @type {string} */ op) => station(state, op)), arrows(state),
    sagas.map((saga) => traveller(state, saga)), delayed(state), money(state), small(0, VERDICT, verdict, { tone: reason ? 'hue' : 'ink' }), grid(state),
  ]
  return {
    drawing: svg(340, GRID.y + 8 * GRID.row, parts.map((part) => h('g', {}, part))),
    outputs: {
      sum: lamp(sum === 300, String(sum)),
      between: lamp(end ? between === 0 : undefined, String(between)),
      log: verdict,
      wrong: lamp(isExplored ? wrong === 0 : undefined, `${wrong} of ${known.length}`),
    },
    says: state.says,
  }
}

export default {
  tick: 50,
  stride: 10,
  initial,
  step,
  view,
  still: {
    settings: { keys: true, stored: true, last: true, reverse: true, tombstones: true, late: false, silence: 'again' },
    seed: 1,
    ticks: 42,
    events: [{ at: 0, type: 'touch', name: 'up:reserve' }],
  },
}
