// The drawing of the list: before the edit on the left, the page on the right, and what the edit costs by each rule below.

import { count, h, label, lamp, svg } from 'graven'
import { FIRST, PARTS, finished, hasWrongBadge, initial, isPlaying, step, wrongIn } from './core.js'

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
const OUT = 36

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
  // What is wrong has a thick outline.
  h('rect', { class: 'paper', x, y: 0, width, height: HIGH, 'stroke-width': fault !== '' && 2.5 }),
  label(x + 7, 18, text),
  fault && label(x + width - 6, 18, fault, { anchor: 'end', size: 13 }),
]

/**
 * What is wrong with the text of a field, in words for which it has room.
 *
 * @param {string} text
 * @param {string} own the text that should be there
 * @param {number} room
 */
const textFault = (text, own, room) => {
  if (text === own) return ''
  if (text === '') return '✕ empty'
  if (room < 150) return '✕'
  return text === FIRST ? '✕ a badge' : '✕ wrong row'
}

/**
 * A row of the page: its name, by which it can be picked up and dragged, the badge that a hook gives to the first, and its field.
 *
 * @param {State} state
 * @param {Row} shown
 */
const cells = (state, shown) => {
  const { name, text, badge } = shown
  const isWrong = hasWrongBadge(state, state.frames[state.at], shown)
  const hasBadge = badge !== '' || isWrong
  const start = NAME + (hasBadge ? BADGE : 0)
  const room = WIDTH - 1 - RIGHT - start
  const fault = textFault(text, state.texts[name] ?? '', room)
  // A row that leaves, or has no name yet, is no part.
  const row = state.rows.includes(name) && `row:${name}`
  const verb = state.picked === undefined ? 'pick up' : 'put down here'
  return [
    // What is dragged must not be its own target.
    h('rect', { x: -10, y: -2, width: NAME + 10, height: PITCH, stroke: 'none', 'pointer-events': 'all', drop: row }),
    h('g', { touch: row, drag: row, label: `Row ${name}: ${verb}` },
      h('rect', { x: -10, y: -2, width: NAME + 10, height: PITCH, stroke: 'none', 'pointer-events': 'all' }),
      cell(0, NAME, name, '')),
    hasBadge && cell(NAME, BADGE, badge, isWrong ? '✕' : ''),
    h('g', { touch: row && `field:${name}`, drop: row, label: `Field of row ${name}: ${text || 'empty'}${fault && ', wrong'}` },
      cell(start, room, text, fault)),
  ]
}

/** The operation in progress, and how much of it is done: slow at both ends. @param {State} state */
const progress = ({ frames, at, part }) => ({ operation: frames[at + 1]?.operation, done: (1 - Math.cos(Math.PI * part / PARTS)) / 2 })

/**
 * Where each node of the page is, from the top, in the middle of an operation too.
 *
 * @param {State} state
 */
const tops = (state) => {
  const [now, next] = [state.frames[state.at], state.frames[state.at + 1]]
  const { done } = progress(state)
  const place = (/** @type {Frame | undefined} */ frame, /** @type {number} */ id) => frame?.rows.findIndex((row) => row.id === id) ?? -1
  return (/** @type {number} */ id) => {
    const [from, to] = [place(now, id), place(next, id)]
    // A new node waits where it will be.
    if (from < 0) return topOf(place(finished(state), id))
    if (to < 0) return topOf(from)
    return topOf(from + (to - from) * done)
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
 * The page. The row of the operation in progress is out of the list, and in front of it.
 *
 * @param {State} state
 * @param {(id: number) => number} top
 */
const page = (state, top) => {
  const { rows, loose } = state.frames[state.at]
  const { operation, done } = progress(state)
  const picked = state.picked === undefined ? undefined : finished(state).rows[state.picked].id
  const known = new Set(state.frames[0].rows.map(({ id }) => id))
  const out = (/** @type {Row} */ row) => {
    if (row.id === picked) return OUT
    // A new node comes from outside.
    if (loose.includes(row)) return operation?.kind === 'insert' ? OUT * (1 - done) : OUT
    return operation?.kind === 'insert' && row.id === operation.id ? OUT * Math.sin(Math.PI * done) : 0
  }
  const isActive = (/** @type {Row} */ { id }) => id === operation?.id
  return [...rows.filter((row) => !isActive(row)), ...loose, ...rows.filter(isActive)].map((row) =>
    h('g', { key: row.id, class: (isActive(row) || row.id === picked) && 'hue', transform: `translate(${(RIGHT - out(row)).toFixed(1)} ${top(row.id).toFixed(1)})` },
      cells(state, row),
      !known.has(row.id) && label(-6, 18, 'new', { anchor: 'end', size: 13 })))
}

/**
 * Why the row of the operation in progress moves, or what stayed when all are done.
 *
 * @param {State} state
 */
const reason = (state) => {
  const { settings: { keys, rule }, frames } = state
  const { operation } = progress(state)
  const [before, after] = [frames[0].rows, finished(state).rows]
  const placed = frames.flatMap(({ operation }) => operation?.kind === 'insert' ? [operation.id] : [])
  const wasThere = (/** @type {number | undefined} */ id) => before.some((row) => row.id === id)
  const stayed = after.filter(({ id }) => wasThere(id) && !placed.includes(id))
  if (!operation) {
    if (!state.last || state.last.edit.kind === 'write') return ''
    return keys ? `nodes that stayed: ${stayed.map(({ name }) => name).join(' ') || 'none'}` : 'the nodes stayed, and so did the texts'
  }
  if (operation.kind === 'set' && operation.what !== 'name' && state.settings.hook) {
    return after[0].id === operation.id ? 'badge reads slot 0, text reads slot 1' : 'text reads slot 0, which the badge had'
  }
  if (operation.kind !== 'insert' || !wasThere(operation.id)) return ''
  const place = after.findIndex(({ id }) => id === operation.id)
  if (rule === 'longest') return `the longest run: ${stayed.map(({ name }) => name).join(' ')}`
  if (rule === 'walk') return `at its turn, another row is in place ${place + 1}`
  const last = after.slice(0, place).findLast((row) => stayed.includes(row))
  return `${last?.name} stays, and ${after[place].name} was above it`
}

/** What the last edit costs by each rule. @param {State} state */
const costs = (state) => {
  const top = topOf(7) + 60
  const most = Math.max(1, ...state.costs.map(({ here }) => here))
  const { keys, rule, hook } = state.settings
  return [
    label(12, top, hook ? 'without hooks' : 'operations', { size: 13, tone: hook ? 'ink' : 'soft' }),
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

/** An edit in few words. @param {Edit} edit @param {string[]} rows the rows before it */
const title = (edit, rows) => {
  switch (edit.kind) {
    case 'move': return `${rows[edit.from]} moved`
    case 'write': return `text in ${rows[edit.from]}`
    case 'remove': return `${rows[edit.from]} left`
    case 'add': return 'a row came'
    case 'reverse': return 'the reversal'
    case 'shuffle': return 'the shuffle'
  }
}

/** What is wrong on the page, in words, or nothing. @param {State} state */
const fault = (state) => {
  const frame = state.frames[state.at]
  const rows = wrongIn(state, frame)
  const withBadge = rows.find((row) => hasWrongBadge(state, frame, row))
  if (withBadge) return `badge of ${withBadge.name}: ${withBadge.badge ? `“${withBadge.badge}”` : 'empty'}`
  const row = rows.find(({ text }) => text) ?? rows[0]
  if (!row) return ''
  const { name, text } = row
  return text ? `“${text}” in ${name}` : `${name} lost its text`
}

/** Which edit put a text into a wrong row. @param {State} state */
const since = ({ culprit }) => culprit ? ` since ${title(culprit.edit, culprit.rows)}` : ''

/**
 * The operation in progress, or the edit that is done. A row that "moved" may be a node that stayed, so a move has other words here.
 *
 * @param {State} state
 */
const line = (state) => {
  const total = state.frames.length - 1
  if (state.picked !== undefined) return `${finished(state).rows[state.picked].name} is picked up: press its new place`
  if (isPlaying(state)) return `${state.at + 1} of ${total}: ${words(state)}`
  if (!state.last) return ''
  const { edit, rows } = state.last
  const done = edit.kind === 'move' ? `${rows[edit.from]} to place ${edit.to + 1}` : title(edit, rows)
  // The bars are without these.
  const byHooks = state.settings.hook ? state.frames.filter(({ operation }) => operation?.kind === 'set' && operation.what !== 'name').length : 0
  return `${done}: ${total === 1 ? '1 operation' : `${total} operations`}${byHooks > 0 ? `, ${byHooks} by hooks` : ''}`
}

/** @param {State} state */
const view = (state) => {
  const top = tops(state)
  const total = state.frames.length - 1
  const wrong = fault(state)
  return {
    drawing: svg(WIDTH, topOf(7) + 146,
      label(0, 14, 'before', { size: 13, tone: 'soft' }),
      state.settings.hook
        ? [label(RIGHT + NAME, 14, 'badge', { size: 13, tone: 'soft' }), label(RIGHT + NAME + BADGE, 14, 'text', { size: 13, tone: 'soft' })]
        : label(RIGHT, 14, 'on the page', { size: 13, tone: 'soft' }),
      state.frames[0].rows.map(({ name, text }, place) => h('g', { key: place, transform: `translate(1 ${topOf(place)})` },
        h('rect', { class: 'faint', x: 0, y: 0, width: LEFT - 1, height: HIGH }),
        label(8, 18, name), label(24, 18, text, { size: 13, tone: 'soft' }))),
      h('g', { key: 'threads' }, threads(state, top)),
      h('g', { key: 'page' }, page(state, top)),
      label(0, topOf(7) + 14, line(state)),
      label(0, topOf(7) + 33, state.warning && !isPlaying(state) ? `warning: ${state.warning}` : reason(state), { size: 13, tone: 'soft' }),
      costs(state)),
    outputs: {
      made: isPlaying(state) ? `${state.at} of ${total}` : count(total),
      fewest: count(Math.min(...state.costs.slice(0, 3).map(({ here }) => here))),
      texts: wrong ? lamp(false, `${wrong}${since(state)}`) : lamp(true, 'each in its row'),
    },
    says: state.rest < 0 && !isPlaying(state) ? [line(state), wrong].filter(Boolean).join('. ') : undefined,
  }
}

export default {
  tick: 25,
  stride: PARTS,
  initial,
  step,
  view,
  still: {
    settings: { keys: true, rule: 'react', hook: false },
    seed: 1,
    ticks: 3.5 * PARTS,
  },
}
