// The figure of the article: a transfer that its reader can disturb, and a grid of every path.

import { box, count, dial, dot, h, label, lamp, svg } from 'graven'
import { TIMEOUT, arrowOf, initial, invariants, reasonOf, step, wrongOf } from './core.js'

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

const NAMES = { ana: 'Ana', hold: 'Hold', clearing: 'Clearing', ben: 'Ben', shop: 'Shop' }
const accounts = Object.keys(NAMES)

const round = (/** @type {number} */ number) => Math.round(number * 10) / 10

/** @param {State} state */
const stepsOf = ({ scenario }) => scenario.plans[0].map((/** @type {{ op: string }} */ { op }) => op)

/** @param {State} state @param {string} op */
const middleOf = (state, op) => STATION.pitch * (stepsOf(state).indexOf(op) + 0.5)

// The coordinator and its log.

/** @param {State} state */
const doingOf = ({ downtime, read, sagas, end }) => {
  if (downtime) return read ? 'reads its log' : 'dead'
  if (end || sagas.every(({ command }) => command.end)) return sagas.map(({ command }) => command.end).join(', ')
  if (sagas.length > 1) return 'two transfers'
  const [{ command, message }] = sagas
  return message ? `waits for ${command.op}` : 'reads its log'
}

/** @param {State} state */
const coordinator = (state) => {
  const waits = state.sagas.flatMap(({ message }) => (message && !message.orphan ? [message.waited / TIMEOUT] : []))
  const isDead = state.downtime > 0 && !state.read
  return [
    h('rect', { class: 'paper', x: 1, y: 1, width: 338, height: 28, 'stroke-dasharray': isDead && '4 3', touch: 'kill', label: `Coordinator, ${doingOf(state)}: kill it` }),
    isDead && h('path', { class: 'faint', d: 'M1 1l338 28M1 29l338-28' }),
    label(9, 20, 'Coordinator'),
    label(306, 20, doingOf(state), { anchor: 'end', size: 13, tone: 'soft' }),
    dial({ x: 323, y: 15, radius: 8, fraction: Math.max(0, ...waits) }),
  ]
}

/** @param {State} state */
const tape = ({ sagas, read, downtime }) => {
  const { y, height, cell, cells } = TAPE
  const lines = sagas.length > 1 ? logOf(sagas) : sagas[0].log.map((line) => ({ line, letter: '' }))
  const first = Math.max(0, lines.length - cells)
  const shown = lines.slice(first)
  return [
    h('path', { class: 'soft', d: `M2 ${y}h336M2 ${y + height}h336${shown.map((_, place) => `M${2 + cell * (place + 1)} ${y}v5m0 ${height - 10}v5`).join('')}` }),
    shown.map(({ line, letter }, place) => {
      const words = line.split(' ')
      const x = 2 + cell * (place + 0.5)
      const above = [letter, words.length > 1 && words[0]].filter(Boolean).join(' ')
      return [
        above && label(x, y + 14, above, { anchor: 'middle', size: 13, key: `above ${first + place}` }),
        label(x, y + (above ? 28 : 21), words.at(-1) ?? '', { anchor: 'middle', size: 13, key: `line ${first + place}` }),
      ]
    }),
    first > 0 && label(-2, y + 21, '‹', { size: 13 }),
    downtime > 0 && read > first && h('rect', { class: 'hue', x: 2, y, width: cell * (read - first), height, 'stroke-width': 2.5 }),
  ]
}

/** The lines of two sagas in turn. Which came first does not matter to either. */
const logOf = (/** @type {Saga[]} */ sagas) =>
  Array.from({ length: Math.max(...sagas.map(({ log }) => log.length)) }, (_, place) =>
    sagas.flatMap(({ letter, log }) => (log[place] ? [{ line: log[place], letter }] : []))).flat()

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
      return h('rect', {
        key: arrow, x, y: top - 2, width: 2 * apart, height: bottom - top + 2, stroke: 'none', 'pointer-events': 'all', touch: arrow,
        label: `${phase === 'down' ? `Request of ${op}: ${fault} it` : `Reply of ${op}: lose it`}${state.armed.has(arrow) ? ', chosen' : ''}`,
      })
    })),
  ]
}

/** @param {number} x @param {number} y @param {number} size */
const cross = (x, y, size) => `M${round(x - size)} ${round(y - size)}l${2 * size} ${2 * size}m${-2 * size} 0l${2 * size} ${-2 * size}`

/** @param {State} state @param {Saga} saga */
const traveller = (state, { letter, command, message }) => {
  if (!message || message.phase === 'work') return
  const { top, bottom, apart } = ARROWS
  const where = message.phase === 'gone' ? message.where : message.phase
  const way = message.ticks / message.flight
  const x = middleOf(state, arrowOf(command)) + (where === 'down' ? -apart : apart)
  const y = where === 'down' ? top + way * (bottom - top) : bottom - way * (bottom - top)
  const isLost = message.phase === 'gone'
  return [
    dot({ x, y, letter: state.sagas.length > 1 ? letter : '', hollow: isLost, tone: message.orphan ? 'soft' : 'ink', key: `message ${letter}` }),
    isLost && message.call.fault !== 'late' && h('path', { class: 'hue', d: cross(x, y, 9), 'stroke-width': 2.5, key: `lost ${letter}` }),
  ]
}

/** The requests that the network holds back, beside their arrows. @param {State} state */
const delayed = (state) => {
  const seen = new Set()
  return state.underway.flatMap((command) => {
    const op = arrowOf(command)
    if (seen.has(op)) return []
    seen.add(op)
    return [dot({ x: middleOf(state, op) - ARROWS.apart, y: ARROWS.bottom - 26, letter: '…', hollow: true, key: `late ${op}`, touch: `late:${op}`, label: `Late request of ${command.op}: let it arrive` })]
  })
}

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
    accounts.map((account, place) => label(across(account), y, Object.values(NAMES)[place], { anchor: 'middle', size: 13, key: account })),
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
    return { cell, x: round(x), y, width, row, side, refuser, members }
  })
  const layout = { rows, refusers, places, marks }
  layouts.set(state.walks, layout)
  return layout
}

/** @type {WeakMap<object, { rows: string[], refusers: string[], places: any[], marks: { x: number, y: number }[] }>} */
const layouts = new WeakMap()

/** The names of the rows and the columns. @param {State} state */
const heads = (state) => {
  const { rows, refusers } = layoutOf(state)
  const sides = refusers.flatMap((_, place) => [0, 1].map((side) => round(GRID.x + GRID.cell * (2 * place + side + 0.5))))
  const undone = rows.findIndex((row) => row.startsWith('undo'))
  const written = { fill: 'currentColor', stroke: 'none', class: 'soft', 'font-size': 13 }
  return [
    label(0, GRID.y - 22, 'refused:', { size: 13, tone: 'soft' }),
    refusers.map((refuser, place) => label(round(GRID.x + GRID.cell * (2 * place + 1)), GRID.y - 22, refuser, { anchor: 'middle', size: 13, key: `column ${refuser}` })),
    label(0, GRID.y - 6, 'lost:', { size: 13, tone: 'soft' }),
    h('text', { x: sides.join(' '), y: GRID.y - 6, 'text-anchor': 'middle', ...written }, '↓↑'.repeat(refusers.length)),
    rows.map((row, place) => label(place < undone ? 0 : 16, GRID.y + GRID.row * (place + 0.5) + 5, row.replace('undo ', ''), { size: 13, key: row })),
    h('text', { x: 6, y: GRID.y + GRID.row * undone + 8, 'writing-mode': 'vertical-rl', ...written }, 'undo'),
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
  return h('rect', {
    key: cell, x, y, width, height: GRID.row, stroke: 'none', 'pointer-events': 'all', touch: `cell:${cell}`,
    label: `${lost}; refused: ${refuser}. ${wrong} of ${members.length} wrong: replay`,
  })
})

/** @param {State} state */
const verdictOf = (state) => {
  const reason = reasonOf(state)
  if (reason) return lamp(false, reason)
  return state.end ? lamp(true, `${state.sagas[0].command.end}, and the balances agree`) : lamp(undefined, 'under way')
}

/** @param {State} state */
const view = (state) => {
  const { sum, between, isClean } = invariants(state)
  const wrong = wrongOf(state)
  const verdict = verdictOf(state)
  const known = [...state.walked].filter((place) => state.walks[place].verdict !== 'right').length
  return {
    drawing: svg(
      WIDTH, HEIGHT,
      h('g', {}, coordinator(state)),
      h('g', {}, tape(state)),
      h('g', {}, stepsOf(state).map((/** @type {string} */ op) => station(state, op))),
      h('g', {}, arrows(state)),
      h('g', {}, state.sagas.map((saga) => traveller(state, saga)), delayed(state)),
      h('g', {}, money(state)),
      label(0, VERDICT, verdict, { size: 13, tone: verdict.startsWith('✕') ? 'hue' : 'ink' }),
      h('g', {}, heads(state)),
      h('g', {}, marksOf(state)),
      h('g', {}, cells(state)),
    ),
    outputs: {
      sum: lamp(sum === 300, String(sum)),
      between: lamp(isClean, String(between)),
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
