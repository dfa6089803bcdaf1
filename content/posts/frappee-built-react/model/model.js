// The drawing of the list: before the edit on the left, the page on the right, and what the edit costs by each rule below.

import { count, h, label, lamp, svg } from 'graven'
import { PARTS, badgeOf, finished, initial, isPlaying, step, wrongIn } from './core.js'

/** @typedef {import('./core.js').State} State */
/** @typedef {import('./core.js').Row} Row */
/** @typedef {import('./core.js').Frame} Frame */
/** @typedef {import('./core.js').Edit} Edit */

const WIDTH = 340
const TOP = 22
const PITCH = 30
const HIGH = 26

/** The left list ends here, and the right one begins there. */
const LEFT = 86
const RIGHT = 146

/** The part of a row that has its name. */
const NAME = 28

/** The part of the field that a badge takes. */
const BADGE = 82

/** How far a row is pulled out while it moves. */
const OUT = 22

/** Where the bars begin, and the length of the longest. */
const BARS = 122
const LONGEST = 112

/** @type {Record<string, string>} */
const RULES = { walk: 'obvious rule', react: 'React’s rule', longest: 'longest run', none: 'no keys' }

/** The top of a place in a list. @param {number} place */
const topOf = (place) => TOP + place * PITCH

/**
 * A cell with a text, and what is wrong with it.
 *
 * @param {number} x
 * @param {number} width
 * @param {string} text
 * @param {string} fault
 */
const cell = (x, width, text, fault) => [
  h('rect', { class: 'paper', x, y: 0, width, height: HIGH }),
  label(x + 7, 18, text),
  fault && label(x + width - 6, 18, `✕${fault}`, { anchor: 'end', size: 13 }),
]

/**
 * A row of the page: its name, its field, and the badge that a hook gives to the first.
 *
 * @param {State} state
 * @param {Row} row
 */
const cells = (state, { name, text, badge }) => {
  const own = state.texts[name] ?? ''
  const hasBadge = badge || badgeOf(state, name)
  const start = NAME + (hasBadge ? BADGE : 0)
  const room = WIDTH - 1 - RIGHT - start
  const fault = text === own ? '' : text === '' ? ' empty' : hasBadge ? '' : ' wrong row'
  return [
    cell(0, NAME, name, ''),
    hasBadge && cell(NAME, BADGE, badge, badge === badgeOf(state, name) ? '' : ' '),
    cell(start, room, text, text === own ? '' : fault || ' '),
  ]
}

/**
 * Where each node of the page is, from the top, in the middle of an operation too.
 *
 * @param {State} state
 */
const tops = (state) => {
  const [now, next] = [state.frames[state.at], state.frames[state.at + 1]]
  const place = (/** @type {Frame | undefined} */ frame, /** @type {number} */ id) => frame?.rows.findIndex((row) => row.id === id) ?? -1
  return (/** @type {number} */ id) => {
    const [from, to] = [place(now, id), place(next, id)]
    if (from < 0) return topOf(Math.max(to, 0))
    return to < 0 ? topOf(from) : topOf(from + (to - from) * (state.part / PARTS))
  }
}

/** The name of a node, as it is before an operation. @param {Frame} frame @param {number | undefined} id */
const nameIn = (frame, id) => [...frame.rows, ...frame.loose].find((row) => row.id === id)?.name

/** The operation that comes next, in words. @param {State} state */
const words = (state) => {
  const frame = state.frames[state.at]
  const next = state.frames[state.at + 1]
  const operation = next?.operation
  if (!operation) return ''
  const name = nameIn(frame, operation.id)
  const row = next.rows.findIndex(({ id }) => id === operation.id) + 1
  const after = [...next.rows, ...next.loose].find(({ id }) => id === operation.id)
  switch (operation.kind) {
    case 'create': return 'create a node'
    case 'remove': return `remove ${name}`
    case 'insert': return operation.next === undefined ? `insert ${name} at the end` : `insert ${name} before ${nameIn(frame, operation.next)}`
    case 'set':
      if (operation.what === 'name') return row ? `rename row ${row} to ${after?.name}` : `name the node ${after?.name}`
      return `${operation.what} of ${name}: ${(operation.what === 'text' ? after?.text : after?.badge) || 'none'}`
  }
}

/**
 * The threads: which node of the page was which row.
 *
 * @param {State} state
 * @param {(id: number) => number} top
 */
const threads = (state, top) => {
  const shown = state.frames[state.at]
  const moved = new Set(state.frames.slice(1, state.at + 2).filter(({ operation }) => operation?.kind === 'insert').map(({ operation }) => operation?.id))
  const active = state.frames[state.at + 1]?.operation?.id
  return state.frames[0].rows.map((row, place) => {
    const now = shown.rows.find(({ id }) => id === row.id)
    if (!now) return false
    const [start, end] = [topOf(place) + HIGH / 2, top(row.id) + HIGH / 2]
    return h('g', { key: row.id, class: row.id === active ? 'hue' : 'soft' },
      h('path', { d: `M${LEFT} ${start}L${RIGHT} ${end}`, 'stroke-dasharray': moved.has(row.id) && '4 3' }),
      now.name !== row.name && label((LEFT + RIGHT) / 2, (start + end) / 2 - 3, '≠', { anchor: 'middle' }))
  })
}

/**
 * The page: its rows, in the order of their nodes, so that a row that moves is one change.
 *
 * @param {State} state
 * @param {(id: number) => number} top
 */
const page = (state, top) => {
  const { rows, loose } = state.frames[state.at]
  const active = state.frames[state.at + 1]?.operation?.id
  const picked = state.picked === undefined ? undefined : finished(state).rows[state.picked].id
  const known = new Set(state.frames[0].rows.map(({ id }) => id))
  return [...rows, ...loose].sort((one, other) => one.id - other.id).map((row) => {
    const isOut = row.id === active || row.id === picked
    const x = RIGHT - (isOut ? OUT : 0)
    return h('g', { key: row.id, class: `glide${isOut ? ' hue' : ''}`, transform: `translate(${x} ${top(row.id)})` },
      cells(state, row),
      !known.has(row.id) && label(-6, 18, 'new', { anchor: 'end', size: 13 }))
  })
}

/** The places of the page, which can be pressed. They do not move, so the focus does not either. @param {State} state */
const places = (state) => finished(state).rows.map(({ name, text }, place) => {
  const y = topOf(place) - 2
  const drag = `row:${place}`
  const verb = state.picked === undefined ? 'pick up' : 'put down here'
  const area = (/** @type {number} */ x, /** @type {number} */ width, /** @type {string} */ touch, /** @type {string} */ words) =>
    h('rect', { key: touch, x, y, width, height: PITCH, stroke: 'none', 'pointer-events': 'all', touch, drag, drop: drag, label: words })
  return [
    area(RIGHT - 8, NAME + 8, `row:${place}`, `Row ${name}, place ${place + 1}: ${verb}`),
    area(RIGHT + NAME, WIDTH - RIGHT - NAME, `field:${place}`, `Field of row ${name}: ${text || 'empty'}`),
  ]
})

/** What the last edit costs by each rule. @param {State} state */
const costs = (state) => {
  const top = topOf(7) + 44
  const most = Math.max(1, ...state.costs.map(({ here }) => here))
  const { keys, rule } = state.settings
  return [
    label(12, top, 'operations', { size: 13, tone: 'soft' }),
    label(BARS, top, 'this list', { size: 13, tone: 'soft' }),
    label(WIDTH, top, '1,000 rows', { anchor: 'end', size: 13, tone: 'soft' }),
    state.costs.map(({ name, here, thousand }, place) => {
      const y = top + 20 * (place + 1)
      const isActive = name === (keys ? rule : 'none')
      const length = LONGEST * here / most
      return h('g', { class: isActive && 'hue' },
        isActive && label(0, y, '▸'),
        label(12, y, RULES[name]),
        h('rect', { x: BARS, y: y - 11, width: length, height: 12, fill: isActive && 'currentColor' }),
        label(BARS + length + 6, y, here),
        label(WIDTH, y, count(thousand), { anchor: 'end' }))
    }),
  ]
}

/** An edit in words. @param {Edit} edit @param {string[]} rows the rows before it */
const title = (edit, rows) => {
  switch (edit.kind) {
    case 'move': return `${rows[edit.from]} to place ${edit.to + 1}`
    case 'write': return `Text in ${rows[edit.from]}`
    case 'remove': return `${rows[edit.from]} removed`
    case 'add': return 'New row in front'
    case 'reverse': return 'Reversed'
    case 'shuffle': return 'Shuffled'
  }
}

/** What is wrong on the page, in words, or nothing. @param {State} state */
const fault = (state) => {
  const [row] = wrongIn(state, state.frames[state.at]).sort((one, other) => Number(other.text !== '') - Number(one.text !== ''))
  if (!row) return ''
  const { name, text, badge } = row
  if (badge !== badgeOf(state, name)) return `the badge of ${name} is “${badge}”`
  return text ? `“${text}” is in row ${name}` : `row ${name} lost its text`
}

/** @param {State} state */
const line = (state) => {
  const total = state.frames.length - 1
  if (state.picked !== undefined) return `${finished(state).rows[state.picked].name} is picked up: press its new place`
  if (isPlaying(state)) return `${state.at + 1} of ${total}: ${words(state)}`
  return state.last ? `${title(state.last.edit, state.last.rows)}: ${total === 1 ? '1 operation' : `${total} operations`}` : ''
}

/** @param {State} state */
const view = (state) => {
  const top = tops(state)
  const total = state.frames.length - 1
  const wrong = fault(state)
  return {
    drawing: svg(WIDTH, topOf(7) + 130,
      label(0, 14, 'before', { size: 13, tone: 'soft' }),
      label(RIGHT, 14, 'on the page', { size: 13, tone: 'soft' }),
      state.frames[0].rows.map(({ name, text }, place) => h('g', { key: place, transform: `translate(1 ${topOf(place)})` },
        h('rect', { class: 'faint', x: 0, y: 0, width: LEFT - 1, height: HIGH }),
        label(8, 18, name), label(24, 18, text, { size: 13, tone: 'soft' }))),
      h('g', { key: 'threads' }, threads(state, top)),
      h('g', { key: 'page' }, page(state, top)),
      h('g', { key: 'places' }, places(state)),
      label(0, topOf(7) + 14, line(state)),
      costs(state)),
    outputs: {
      made: isPlaying(state) ? `${state.at} of ${total}` : count(total),
      fewest: count(Math.min(...state.costs.slice(0, 3).map(({ here }) => here))),
      texts: wrong ? lamp(false, wrong) : lamp(true),
    },
    says: state.rest < 0 && !isPlaying(state) ? `${line(state)}. ${wrong}` : undefined,
  }
}

export default {
  tick: 350,
  initial,
  step,
  view,
  still: {
    settings: { keys: false, rule: 'react', hook: false },
    seed: 1,
    ticks: 20,
    events: [{ at: 1, type: 'do', name: 'front' }],
  },
}
