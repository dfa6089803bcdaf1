// The list of the article under its own reconciler (../code/frappee.js), its own rules for placement (../code/place.js) and its page for tests
// (../code/fake.js). An edit is reconciled at once. What the page went through is kept, and plays out one operation at a time. Pure.

import { random } from 'graven'
import { fake } from '../code/fake.js'
import { h as element, mount, useState } from '../code/frappee.js'
import { longest, react, walk } from '../code/place.js'

/** @typedef {import('../code/frappee.js').Host} Host */
/** @typedef {import('../code/fake.js').Node} Node */
/** @typedef {'walk' | 'react' | 'longest'} Rule */
/** @typedef {{ keys: boolean, rule: Rule, hook: boolean }} Settings */
/** @typedef {{ kind: 'move', from: number, to: number } | { kind: 'remove' | 'write', from: number } | { kind: 'add' | 'reverse' } | { kind: 'shuffle', seed: number }} Edit */
/** A row as the page shows it. `id` is its node. @typedef {{ id: number, name: string, text: string, badge: string }} Row */
/** @typedef {{ kind: 'create' | 'set' | 'insert' | 'remove', id: number, what?: string, next?: number }} Operation */
/** The page after an operation. `loose` are nodes that are not in the list yet. @typedef {{ operation?: Operation, rows: Row[], loose: Row[] }} Frame */
/** @typedef {Record<string, string>} Texts */
/** @typedef {{ change: (rows: string[]) => void, write: (name: string, text: string) => void }} List */
/** An edit, and what was there before. @typedef {{ edit: Edit, rows: string[], texts: Texts }} Done */
/** How many operations each rule needs, in this list and in one of 1,000 rows. @typedef {{ name: string, here: number, thousand: number }} Cost */

/**
 * @typedef {object} State
 * @property {Settings} settings
 * @property {number} seed
 * @property {string[]} rows what the list should show
 * @property {Texts} texts what was typed into which row
 * @property {ReturnType<typeof recorded>} page
 * @property {Frame[]} frames before the last edit, and after each of its operations
 * @property {number} at the frame that is shown
 * @property {number} part how much of the next operation is done, in ticks
 * @property {Done | undefined} last
 * @property {Cost[]} costs of the last edit
 * @property {number | undefined} picked the place of the row that was picked up
 * @property {number} rest ticks until the demonstration goes on; below 0 if it is over
 * @property {Done | undefined} culprit the edit that put a text into a wrong row
 * @property {string} warning what the library said about the last edit
 */

/** Ticks that an operation takes. */
export const PARTS = 20

/** Ticks between two edits of the demonstration. */
const REST = 4 * PARTS

/** More rows have no room in the drawing. */
export const MOST_ROWS = 7

/** The list that the article counts. */
const MANY = Array.from({ length: 1000 }, (_, at) => `row ${at}`)

/** The first value of the hook that only the first row calls. */
export const FIRST = '1st'

const LETTERS = [...'ABCDEFGHIJ']

const RULES = { walk, react, longest }

/** What is compared. @type {[string, { keys: boolean, rule: Rule }][]} */
const COSTS = [
  ['walk', { keys: true, rule: 'walk' }],
  ['react', { keys: true, rule: 'react' }],
  ['longest', { keys: true, rule: 'longest' }],
  ['none', { keys: false, rule: 'longest' }],
]

/** What is typed into a row. @param {string} name */
export const noteOn = (name) => `about ${name}`

/**
 * Mounts the list of the article: each row is a component with a state, the text in its field.
 *
 * @param {Settings} settings
 * @param {string[]} names
 * @param {Texts} texts
 * @param {{ host: Host, page: Node }} place
 * @returns {List}
 */
const mounted = ({ keys, rule, hook }, names, texts, { host, page }) => {
  /** @type {(rows: string[]) => void} */
  let set = () => {}
  let first = texts
  /** @type {Map<string, (text: string) => void>} */
  const writers = new Map()

  /** @param {{ name: string, isFirst: boolean }} props */
  function Row({ name, isFirst }) {
    const badge = hook && isFirst ? useState(FIRST)[0] : ''
    const [text, write] = useState(first[name] ?? '')
    writers.set(name, write)
    return element('li', { name, text: text || undefined, badge: badge || undefined })
  }
  const Page = () => {
    const [rows, change] = useState(names)
    set = change
    return element('ul', null, rows.map((name, place) =>
      element(Row, { name, isFirst: place === 0, key: keys ? name : undefined })))
  }

  const { flush } = mount(Page, page, { host, stays: RULES[rule] })
  // A slot that a row opens later begins empty.
  first = {}
  return {
    change: (rows) => (set(rows), flush()),
    write: (name, text) => (writers.get(name)?.(text), flush()),
  }
}

/**
 * The list on a page that keeps a frame for each operation.
 *
 * @param {Settings} settings
 * @param {string[]} names
 * @param {Texts} texts
 */
const recorded = (settings, names, texts) => {
  const { host, page, warnings } = fake()
  /** @type {Node[]} */
  const nodes = []
  const loose = new Set()
  /** @type {Frame[]} */
  const frames = []
  /** @param {Node} node @returns {Row} */
  const row = (node) => {
    const { name = '', text = '', badge = '' } = node.props
    return { id: nodes.indexOf(node), name, text, badge }
  }
  /** @param {Operation} [operation] */
  const keep = (operation) => {
    frames.push({ operation, rows: page.kids[0]?.kids.map(row) ?? [], loose: [...loose].map(row) })
  }
  /** @type {Host} */
  const recorder = {
    create(type) {
      const node = host.create(type)
      nodes.push(node)
      loose.add(node)
      keep({ kind: 'create', id: nodes.length - 1 })
      return node
    },
    set(node, name, value) {
      host.set(node, name, value)
      keep({ kind: 'set', id: nodes.indexOf(node), what: name })
    },
    insert(parent, node, next) {
      host.insert(parent, node, next)
      loose.delete(node)
      keep({ kind: 'insert', id: nodes.indexOf(node), next: next ? nodes.indexOf(next) : undefined })
    },
    remove(parent, node) {
      host.remove(parent, node)
      keep({ kind: 'remove', id: nodes.indexOf(node) })
    },
    warn: host.warn,
  }
  const list = mounted(settings, names, texts, { host: recorder, page })
  return {
    /** Makes an edit. Returns the frames, which begin before it, and what the library warned of. @param {(list: List) => void} edit */
    play(edit) {
      frames.length = warnings.length = 0
      keep()
      edit(list)
      return { frames: [...frames], warning: warnings[0] ?? '', at: 0, part: 0 }
    },
  }
}

/**
 * The rows after an edit.
 *
 * @param {string[]} rows
 * @param {Edit} edit
 */
const edited = (rows, edit) => {
  const copy = [...rows]
  if (edit.kind === 'move') copy.splice(edit.to, 0, ...copy.splice(edit.from, 1))
  if (edit.kind === 'remove') copy.splice(edit.from, 1)
  if (edit.kind === 'add') copy.unshift(LETTERS.find((letter) => !rows.includes(letter)) ?? 'new')
  if (edit.kind === 'reverse') copy.reverse()
  if (edit.kind === 'shuffle') {
    const next = random(edit.seed)
    for (let at = copy.length - 1; at > 0; at--) {
      const other = Math.floor((at + 1) * next())
      ;[copy[at], copy[other]] = [copy[other], copy[at]]
    }
  }
  return copy
}

/**
 * The same edit in a list of another length: the same fraction of the way down.
 *
 * @param {Edit} edit
 * @param {number} length
 * @returns {Edit}
 */
const scaled = (edit, length) => {
  const scale = (/** @type {number} */ at) => Math.round(at * (MANY.length - 1) / Math.max(length - 1, 1))
  if (edit.kind === 'move') return { ...edit, from: scale(edit.from), to: scale(edit.to) }
  return 'from' in edit ? { ...edit, from: scale(edit.from) } : edit
}

/**
 * The operations that an edit makes on a page, counted by the page. Rows are elements without a state, as in the article's table.
 *
 * @param {{ keys: boolean, rule: Rule }} settings
 * @param {string[]} names
 * @param {Edit} edit
 */
export const counted = ({ keys, rule }, names, edit) => {
  const { host, page, count } = fake()
  const before = names.map((name) => ({ name, text: name }))
  /** @type {(rows: typeof before) => void} */
  let set = () => {}
  const Page = () => {
    const [rows, change] = useState(before)
    set = change
    return element('ul', null, rows.map(({ name, text }) => element('li', { text, key: keys ? name : undefined })))
  }
  const { flush } = mount(Page, page, { host, stays: RULES[rule] })
  const made = () => count.create + count.set + count.insert + count.remove
  const first = made()
  const written = edit.kind === 'write' && names[edit.from]
  set(edited(names, edit).map((name) => ({ name, text: name === written ? 'changed' : name })))
  flush()
  return made() - first
}

/**
 * The number that `counted` returns, from the rows alone. A page of 1,000 rows takes too long to be reconciled between two frames of a drawing.
 *
 * @param {{ keys: boolean, rule: Rule }} settings
 * @param {string[]} names
 * @param {Edit} edit
 */
export const foreseen = ({ keys, rule }, names, edit) => {
  const after = edited(names, edit)
  const places = new Map(names.map((name, place) => [name, place]))
  // Without keys, the row in the same place is the same node.
  const from = after.map((name, place) => (keys ? places.get(name) : place < names.length ? place : undefined) ?? -1)
  const stays = RULES[rule](from)
  const old = from.filter((place) => place >= 0).length
  const moves = from.filter((place, at) => place >= 0 && !stays[at]).length
  const texts = edit.kind === 'write' ? 1 : from.filter((place, at) => place >= 0 && names[place] !== after[at]).length
  // A new row is created, gets its text, and is inserted.
  return 3 * (after.length - old) + (names.length - old) + moves + texts
}

/**
 * What an edit costs by each rule. A hook behind a condition is left out: it changes texts, not places.
 *
 * @param {string[]} rows
 * @param {Edit} edit
 * @returns {Cost[]}
 */
const costsOf = (rows, edit) => COSTS.map(([name, settings]) =>
  ({ name, here: counted(settings, rows, edit), thousand: foreseen(settings, MANY, scaled(edit, rows.length)) }))

/** The page when all operations of the last edit are done. @param {State} state */
export const finished = (state) => state.frames[state.frames.length - 1]

/** Whether operations of the last edit are still to come. @param {State} state */
export const isPlaying = (state) => state.at < state.frames.length - 1

/**
 * The badge that a row should have when the edit is done.
 *
 * @param {State} state
 * @param {string} name
 */
const badgeOf = (state, name) => state.settings.hook && state.rows[0] === name ? FIRST : ''

/**
 * Whether a badge is wrong. While an edit plays out, the old first row may have it and the new one may lack it.
 *
 * @param {State} state
 * @param {Frame} frame
 * @param {Row} row
 */
export const hasWrongBadge = (state, frame, { name, badge }) =>
  frame === finished(state) ? badge !== badgeOf(state, name) : badge !== '' && badge !== FIRST

/**
 * The rows of a frame that show a text or a badge that is not theirs, or lack their own.
 *
 * @param {State} state
 * @param {Frame} frame
 */
export const wrongIn = (state, frame) =>
  frame.rows.filter((row) => row.text !== (state.texts[row.name] ?? '') || hasWrongBadge(state, frame, row))

/**
 * The article's promises, as far as this list can hold them.
 *
 * @param {State} state
 */
export const invariants = (state) => ({
  order: finished(state).rows.map(({ name }) => name).join() === state.rows.join(),
  texts: wrongIn(state, finished(state)).length === 0,
})

/** Builds the page anew from the rows and their texts. @param {State} state */
const rebuild = (state) => {
  state.page = recorded(state.settings, state.rows, state.texts)
  Object.assign(state, state.page.play(() => {}), { culprit: undefined })
}

/**
 * Makes an edit. What is left of the one before is done at once.
 *
 * @param {State} state
 * @param {Edit} edit
 */
const make = (state, edit) => {
  const { rows, texts } = state
  const wasRight = invariants(state).texts
  state.last = { edit, rows, texts }
  state.costs = costsOf(rows, edit)
  state.picked = undefined
  if (edit.kind === 'write') {
    const name = rows[edit.from]
    const note = finished(state).rows[edit.from].text === noteOn(name) ? '' : noteOn(name)
    state.texts = { ...texts, [name]: note }
    Object.assign(state, state.page.play((list) => list.write(name, note)))
  } else {
    state.rows = edited(rows, edit)
    // A row that leaves takes its text with it.
    state.texts = Object.fromEntries(Object.entries(texts).filter(([name]) => state.rows.includes(name)))
    Object.assign(state, state.page.play((list) => list.change(state.rows)))
  }
  if (invariants(state).texts) state.culprit = undefined
  else if (wasRight) state.culprit = state.last
}

/** What a button does to the list as it is, or nothing if it can do nothing. @param {State} state @param {string} name @returns {Edit | undefined} */
const editOf = ({ rows: { length }, picked, seed }, name) => {
  const last = length - 1
  if (name === 'front') return { kind: 'move', from: last, to: 0 }
  if (name === 'end') return { kind: 'move', from: 0, to: last }
  if (name === 'reverse') return { kind: 'reverse' }
  if (name === 'shuffle') return { kind: 'shuffle', seed }
  if (name === 'add' && length < MOST_ROWS) return { kind: 'add' }
  if (name === 'remove' && length > 1) return { kind: 'remove', from: picked ?? 0 }
}

/** What the demonstration does next: the last row to the front, and back. @param {State} state @returns {Edit | undefined} */
const demonstration = (state) => {
  const edit = state.last?.edit
  return editOf(state, edit?.kind === 'move' && edit.to === 0 ? 'end' : 'front')
}

/**
 * A part of the drawing, as `row:B` or `field:B`, and its place, which is below 0 if there is no such row. Parts have the names of rows, not their places:
 * the list may change while one is dragged.
 *
 * @param {State} state
 * @param {string} name
 */
const partOf = ({ rows }, name) => {
  const [kind, row] = name.split(':')
  return { kind, place: rows.indexOf(row) }
}

/** @param {State} state */
const tick = (state) => {
  if (isPlaying(state)) {
    state.part = (state.part + 1) % PARTS
    if (state.part === 0) state.at++
  } else if (state.rest >= 0 && --state.rest < 0) {
    const edit = demonstration(state)
    if (edit) make(state, edit)
    state.rest = REST
  }
}

/** The last edit again, from where it began, by the settings as they are now. @param {State} state */
const again = (state) => {
  const { last } = state
  if (last) Object.assign(state, { rows: last.rows, texts: last.texts })
  rebuild(state)
  if (last) make(state, last.edit)
}

/**
 * @param {State} state
 * @param {number} from
 * @param {number} to
 */
const move = (state, from, to) => {
  state.picked = undefined
  if (from >= 0 && to >= 0 && from !== to) make(state, { kind: 'move', from, to })
}

/**
 * @param {State} state
 * @param {string} name
 */
const touch = (state, name) => {
  const { kind, place } = partOf(state, name)
  if (place < 0) return
  if (state.picked !== undefined) move(state, state.picked, place)
  else if (kind === 'field') make(state, { kind: 'write', from: place })
  else if (kind === 'row') state.picked = place
}

/**
 * @param {Settings} settings
 * @param {number} seed
 * @returns {State}
 */
export const initial = (settings, seed) => {
  const rows = LETTERS.slice(0, 6)
  const texts = { F: noteOn('F') }
  const page = recorded(settings, rows, texts)
  const costs = costsOf(rows, { kind: 'move', from: 0, to: 0 })
  return { settings, seed, rows, texts, page, costs, ...page.play(() => {}), last: undefined, picked: undefined, rest: PARTS, culprit: undefined }
}

/**
 * @param {State} state
 * @param {{ type: 'tick' } | { type: 'set', name: string, value: unknown } | { type: 'do' | 'touch', name: string } | { type: 'drop', name: string, on: string }} event
 * @returns {State}
 */
export const step = (state, event) => {
  if (event.type === 'tick') {
    tick(state)
    return state
  }
  if (event.type === 'set') {
    state.settings = { ...state.settings, [event.name]: event.value }
    again(state)
    return state
  }
  // The reader has taken over.
  state.rest = -1
  if (event.type === 'touch') touch(state, event.name)
  if (event.type === 'drop') move(state, partOf(state, event.name).place, partOf(state, event.on).place)
  if (event.type === 'do') {
    const edit = editOf(state, event.name)
    if (edit) make(state, edit)
  }
  return state
}
