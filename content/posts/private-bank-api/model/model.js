// The figure of the article: a transfer that its reader can disturb, and a grid of every path.

import { box, count, dial, dot, h, label, lamp, svg } from 'graven'
import { TIMEOUT, arrowOf, endsOf, initial, invariants, reasonOf, step, wrongOf } from './core.js'

/**
 * @typedef {import('./core.js').State} State
 * @typedef {import('./core.js').Saga} Saga
 */

const WIDTH = 340
const HEIGHT = 488

/** The tape with the log. */
const TAPE = { y: 33, height: 34, cell: 56, cells: 6 }

/** The arrows between the coordinator and the steps, each with room for a finger. */
const ARROWS = { top: 72, bottom: 136, apart: 17 }
const STATION = { y: 138, width: 78, height: 40, pitch: 85 }
const ACCOUNTS = { y: 200, pitch: 68 }
const VERDICT = 243
const GRID = { x: 76, y: 290, cell: 26.4, row: 24, mark: 5.6, side: 4 }

/** Ticks that a coin takes from one account to the next. */
const SLIDE = 8

const NAMES = ['Ana', 'Hold', 'Clearing', 'Ben', 'Shop']
const accounts = ['ana', 'hold', 'clearing', 'ben', 'shop']

const round = (/** @type {number} */ number) => Math.round(number * 10) / 10

/**
 * @param {number} x
 * @param {number} y
 * @param {string} text
 * @param {{ anchor?: 'middle' | 'end', tone?: 'ink' | 'soft' | 'hue', key?: string }} [options]
 */
const small = (x, y, text, options) => label(round(x), y, text, { size: 13, ...options })

/**
 * A part of the drawing that can be pressed and has no shape.
 *
 * @param {string} touch
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {string} words
 */
const pad = (touch, x, y, width, height, words) =>
  h('rect', { key: touch, x: round(x), y, width, height, stroke: 'none', 'pointer-events': 'all', touch, label: words })

const middle = /** @type {const} */ ({ anchor: 'middle' })
const soft = /** @type {const} */ ({ tone: 'soft' })

/** @param {State} state */
const stepsOf = ({ scenario }) => scenario.plans[0].map((/** @type {{ op: string }} */ { op }) => op)

/** @param {State} state @param {string} op */
const middleOf = (state, op) => STATION.pitch * (stepsOf(state).indexOf(op) + 0.5)

// The coordinator and its log.

/** @param {State} state */
const doingOf = (state) => {
  const { downtime, read, sagas } = state
  if (downtime) return read ? 'reads its log' : 'dead'
  if (sagas.every(({ command }) => command.end)) return endsOf(state).join(', ')
  return sagas.length > 1 ? 'two transfers' : `waits for ${sagas[0].command.op}`
}

/** @param {State} state */
const coordinator = (state) => {
  const waits = state.sagas.flatMap(({ message }) => (message && !message.orphan ? [message.waited / TIMEOUT] : []))
  const isDead = state.downtime > 0 && !state.read
  return [
    h('rect', { class: 'paper', x: 1, y: 1, width: 338, height: 28, 'stroke-dasharray': isDead && '4 3', touch: 'kill', label: `Coordinator, ${doingOf(state)}: kill it` }),
    isDead && h('path', { class: 'faint', d: 'M1 1l338 28M1 29l338-28' }),
    label(9, 20, 'Coordinator'),
    small(306, 20, doingOf(state), { anchor: 'end', ...soft }),
    dial({ x: 323, y: 15, radius: 8, fraction: Math.max(0, ...waits) }),
  ]
}

/** @param {State} state */
const log = ({ sagas, tape, read, downtime }) => {
  const { y, height, cell, cells } = TAPE
  const first = Math.max(0, tape.length - cells)
  const shown = tape.slice(first)
  return [
    h('path', { class: 'soft', d: `M2 ${y}h336M2 ${y + height}h336${shown.map((_, place) => `M${2 + cell * (place + 1)} ${y}v5m0 ${height - 10}v5`).join('')}` }),
    shown.map(({ line, letter }, place) => {
      const words = line.split(' ')
      const x = 2 + cell * (place + 0.5)
      const above = [sagas.length > 1 && letter, words.length > 1 && words[0]].filter(Boolean).join(' ')
      return [
        above && small(x, y + 14, above, middle),
        small(x, y + (above ? 28 : 21), words.at(-1) ?? '', middle),
      ]
    }),
    downtime > 0 && read > first && h('rect', { class: 'hue', x: 2, y, width: cell * (read - first), height, 'stroke-width': 2.5 }),
  ]
}

// The arrows, and what is on them.

/** @param {State} state */
const arrows = (state) => {
  const { top, bottom, apart } = ARROWS
  const lines = stepsOf(state).map((/** @type {string} */ op) => {
    const x = middleOf(state, op)
    const [down, up] = [x - apart, x + apart]
    return `M${down} ${top}V${bottom}m-4-7l4 7l4-7M${up} ${bottom}V${top}m-4 7l4-7l4 7`
  })
  const armed = [...state.armed].map((arrow) => {
    const [phase, op] = arrow.split(':')
    return cross(middleOf(state, op) + (phase === 'down' ? -apart : apart), (top + bottom) / 2, 7)
  })
  const fault = state.settings.late ? 'delay' : 'lose'
  return [
    h('path', { class: 'soft', d: lines.join('') }),
    armed.length > 0 && h('path', { class: 'hue', d: armed.join(''), 'stroke-width': 2.5 }),
    stepsOf(state).flatMap((/** @type {string} */ op) => ['down', 'up'].map((phase) => {
      const arrow = `${phase}:${op}`
      const x = middleOf(state, op) + (phase === 'down' ? -2 * apart : 0)
      const words = phase === 'down' ? `Request of ${op}: ${fault} it` : `Reply of ${op}: lose it`
      return pad(arrow, x, top - 2, 2 * apart, bottom - top + 2, state.armed.has(arrow) ? `${words}, chosen` : words)
    })),
  ]
}

/** @param {number} x @param {number} y @param {number} size */
const cross = (x, y, size) => `M${round(x - size)} ${round(y - size)}l${2 * size} ${2 * size}m${-2 * size} 0l${2 * size} ${-2 * size}`

/** @param {State} state @param {Saga} saga */
const traveller = (state, { letter, command, message }) => {
  if (!message || message.phase === 'work' || (message.isGone && message.call.fault === 'late')) return
  const { top, bottom, apart } = ARROWS
  const isDown = message.phase === 'down'
  const way = (message.ticks / message.flight) * (bottom - top)
  const x = middleOf(state, arrowOf(command)) + (isDown ? -apart : apart)
  const y = isDown ? top + way : bottom - way
  return [
    dot({ x, y, letter: state.sagas.length > 1 ? letter : '', hollow: message.isGone, tone: message.orphan ? 'soft' : 'ink', key: `message ${letter}` }),
    message.isGone && h('path', { class: 'hue', d: cross(x, y, 9), 'stroke-width': 2.5, key: `lost ${letter}` }),
  ]
}

/** The requests that the network holds back, on their arrows. @param {State} state */
const delayed = (state) => state.underway.map((command, place) => dot({
  x: middleOf(state, arrowOf(command)) - ARROWS.apart, y: ARROWS.bottom - 26, letter: '…', hollow: true, key: `late ${place}`, touch: `late:${place}`,
  label: `Late request of ${command.op}: let it arrive`,
}))

// The steps and the accounts.

/** @param {State} state @param {string} op */
const station = (state, op) => {
  const works = state.sagas.some(({ command, message }) => message?.phase === 'work' && arrowOf(command) === op)
  const answer = state.answers.get(op)
  const refuses = state.refuser === op
  const words = answer ?? (refuses ? 'refuses' : 'ready')
  return box({
    x: middleOf(state, op) - STATION.width / 2, y: STATION.y, width: STATION.width, height: STATION.height, title: op, state: words,
    tone: works || (refuses && !answer) ? 'hue' : 'ink', dashed: refuses, key: op, touch: `step:${op}`,
    label: `${op}, ${words}: ${refuses ? 'accept' : 'refuse'} it`,
  })
}

/** @param {State} state */
const money = ({ coins }) => {
  const { y, pitch } = ACCOUNTS
  const across = (/** @type {string} */ account) => pitch * accounts.indexOf(account) + pitch / 2
  const taken = new Map()
  const places = coins.map((coin) => {
    const place = taken.get(coin.at) ?? 0
    taken.set(coin.at, place + 1)
    const gone = Math.min(coin.age / SLIDE, 1)
    return round(across(coin.from) + (across(coin.at) - across(coin.from)) * gone + 15 * (place - 1))
  })
  return [
    h('path', { class: 'soft', d: accounts.map((account) => `M${across(account) - 30} ${y + 27}h60`).join('') }),
    accounts.map((account, place) => small(across(account), y, NAMES[place], middle)),
    places.map((x, place) => h('circle', { key: place, cx: x, cy: y + 17, r: 6, fill: 'currentColor', stroke: 'none' })),
  ]
}

// The grid.

/** @param {State} state */
const rowsOf = (state) => {
  const steps = stepsOf(state)
  const undone = steps.toReversed().map((/** @type {string} */ op) => `undo ${op}`)
  return ['none', ...steps, ...undone.filter((/** @type {string} */ row) => state.walks.some(({ cell }) => cell.startsWith(`${row}/`)))]
}

/**
 * Where the cells and the marks of the paths are. Only a change of the rules changes it.
 *
 * @param {State} state
 */
const layoutOf = (state) => {
  const known = layouts.get(state.walks)
  if (known) return known
  const rows = rowsOf(state)
  const refusers = ['nobody', ...stepsOf(state)]
  /** @type {Map<string, number[]>} */
  const cells = new Map()
  state.walks.forEach(({ cell }, place) => cells.set(cell, [...(cells.get(cell) ?? []), place]))
  /** @type {{ x: number, y: number }[]} */
  const marks = []
  const places = [...cells].map(([cell, members]) => {
    const [row, side, refuser] = cell.split('/')
    const width = row === 'none' ? 2 * GRID.cell : GRID.cell
    const x = GRID.x + GRID.cell * (2 * refusers.indexOf(refuser) + Number(side === 'up'))
    const y = GRID.y + GRID.row * rows.indexOf(row)
    const columns = Math.min(GRID.side, Math.ceil(Math.sqrt(members.length)))
    const lines = Math.ceil(members.length / columns)
    members.forEach((member, index) => {
      marks[member] = {
        x: round(x + width / 2 + GRID.mark * ((index % columns) - (columns - 1) / 2)),
        y: round(y + GRID.row / 2 + GRID.mark * (Math.floor(index / columns) - (lines - 1) / 2)),
      }
    })
    return { cell, x, y, width, row, side, refuser, members }
  })
  // In the order of the keyboard.
  places.sort((one, other) => one.y - other.y || one.x - other.x)
  const layout = { rows, refusers, places, marks }
  layouts.set(state.walks, layout)
  return layout
}

/** @type {WeakMap<object, { rows: string[], refusers: string[], places: any[], marks: { x: number, y: number }[] }>} */
const layouts = new WeakMap()

/** The names of the rows and the columns. @param {State} state */
const heads = (state) => {
  const { rows, refusers } = layoutOf(state)
  return [
    small(0, GRID.y - 22, 'refused:', soft),
    small(0, GRID.y - 6, 'lost:', soft),
    refusers.map((refuser, place) => {
      const x = GRID.x + GRID.cell * (2 * place + 1)
      return [small(x, GRID.y - 22, refuser, middle), small(x, GRID.y - 6, '↓  ↑', { ...middle, ...soft })]
    }),
    rows.map((row, place) => small(0, GRID.y + GRID.row * (place + 0.5) + 5, row.replace('undo', '↶'))),
    h('path', { class: 'faint', d: `M0 ${GRID.y}h340` }),
  ]
}

/** A mark for each path: a square, a cross, or a stroke where nobody has been. @param {State} state */
const marksOf = (state) => {
  const { walks, walk, isExplored, walked } = state
  const { marks } = layoutOf(state)
  const drawn = { right: '', wrong: '', unknown: '' }
  marks.forEach(({ x, y }, place) => {
    if (!isExplored && !walked.has(place)) drawn.unknown += `M${round(x - 0.7)} ${y}h1.4`
    else if (walks[place].verdict === 'right') drawn.right += `M${round(x - 1.7)} ${round(y - 1.7)}h3.4v3.4h-3.4z`
    else drawn.wrong += cross(x, y, 2.2)
  })
  const here = walk === undefined ? undefined : marks[walk]
  return [
    h('path', { class: 'soft', d: drawn.unknown }),
    h('path', { class: 'soft', d: drawn.right }),
    h('path', { class: 'hue', d: drawn.wrong, 'stroke-width': 1.6 }),
    here && h('circle', { class: 'hue', cx: here.x, cy: here.y, r: 5.5, 'stroke-width': 2 }),
  ]
}

/** What can be pressed once the grid is painted. @param {State} state */
const cells = (state) => state.isExplored && layoutOf(state).places.map(({ cell, x, y, width, row, side, refuser, members }) => {
  const wrong = members.filter((/** @type {number} */ place) => state.walks[place].verdict !== 'right').length
  const lost = row === 'none' ? 'Nothing lost' : `Lost first: ${side === 'up' ? 'reply' : 'request'} of ${row}`
  return pad(`cell:${cell}`, x, y, width, GRID.row, `${lost}; refused: ${refuser}. ${wrong} of ${members.length} wrong: replay`)
})

/** @param {State} state */
const verdictOf = (state) => {
  const reason = reasonOf(state)
  if (reason) return lamp(false, reason)
  return state.end ? lamp(true, `${state.sagas[0].command.end}, and the balances agree`) : lamp(undefined, 'under way')
}

/** @param {State} state */
const view = (state) => {
  const { sum, between } = invariants(state)
  const wrong = wrongOf(state)
  const verdict = verdictOf(state)
  const known = [...state.walked].filter((place) => state.walks[place].verdict !== 'right').length
  return {
    drawing: svg(
      WIDTH, HEIGHT,
      h('g', {}, coordinator(state)),
      h('g', {}, log(state)),
      h('g', {}, stepsOf(state).map((/** @type {string} */ op) => station(state, op))),
      h('g', {}, arrows(state)),
      h('g', {}, state.sagas.map((saga) => traveller(state, saga)), delayed(state)),
      h('g', {}, money(state)),
      small(0, VERDICT, verdict, { tone: verdict.startsWith('✕') ? 'hue' : 'ink' }),
      h('g', {}, heads(state)),
      h('g', {}, marksOf(state)),
      h('g', {}, cells(state)),
    ),
    outputs: {
      sum: lamp(sum === 300, String(sum)),
      between: lamp(state.end ? between === 0 : undefined, String(between)),
      log: verdict,
      wrong: state.isExplored ? lamp(wrong === 0, `${wrong} of ${count(state.walks.length)}`) : lamp(undefined, `${known} of ${state.walked.size} walked`),
    },
    says: state.says,
  }
}

export default {
  tick: 50,
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
