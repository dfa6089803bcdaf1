// What the article says about the list, for any edits.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import fc from 'fast-check'
import { MOST_ROWS, counted, finished, foreseen, initial, invariants, isPlaying, step, wrongIn } from './core.js'

const RULES = ['walk', 'react', 'longest']
const BUTTONS = ['front', 'end', 'reverse', 'shuffle', 'add', 'remove']
const defaults = { keys: true, rule: 'react', hook: false }

const settings = fc.record({ keys: fc.boolean(), rule: fc.constantFrom(...RULES), hook: fc.boolean() })
// Not all of them are in the list.
const row = fc.constantFrom(...'ABCDEFGHx')
const edit = fc.oneof(
  fc.constantFrom(...BUTTONS).map((name) => ({ type: 'do', name })),
  row.map((name) => ({ type: 'touch', name: `row:${name}` })),
  row.map((name) => ({ type: 'touch', name: `field:${name}` })),
  fc.tuple(row, row).map(([from, to]) => ({ type: 'drop', name: `row:${from}`, on: `row:${to}` })),
)
const change = settings.chain((all) => fc.constantFrom(...Object.keys(all)).map((name) => ({ type: 'set', name, value: all[name] })))
const event = fc.oneof(edit, change, fc.nat(60).map((ticks) => ({ type: 'tick', ticks })))

/** What a reader sees at the end. */
const shown = ({ rows, texts, at, part, picked, costs, warning, ...state }) =>
  JSON.stringify([rows, texts, at, part, picked, costs, warning, finished(state).rows])

const run = (given, seed, events) =>
  events.flatMap(({ ticks = 1, ...event }) => Array(ticks).fill(event)).reduce((state, event) => step(state, { ...event }), initial({ ...given }, seed))

const played = (state) => {
  while (isPlaying(state)) state = step(state, { type: 'tick' })
  return state
}

const after = (given, ...buttons) => buttons.reduce((state, name) => step(state, { type: 'do', name }), initial({ ...defaults, ...given }, 1))

const texts = (state) => Object.fromEntries(finished(state).rows.filter(({ text }) => text).map(({ name, text }) => [name, text]))

test('the page has the rows in their order, whatever happens', () => {
  fc.assert(fc.property(settings, fc.array(event, { maxLength: 20 }), (given, events) => {
    assert.ok(invariants(run(given, 1, events)).order)
  }), { numRuns: 50 })
})

test('with keys and without a hook behind a condition, each text stays with its row', () => {
  fc.assert(fc.property(fc.constantFrom(...RULES), fc.array(edit, { maxLength: 20 }), (rule, events) => {
    assert.ok(invariants(run({ ...defaults, rule }, 1, events)).texts)
  }), { numRuns: 50 })
})

test('no rule makes fewer operations than the longest run, and the list makes as many as its rule', () => {
  fc.assert(fc.property(fc.boolean(), fc.constantFrom(...RULES), fc.array(edit, { minLength: 1, maxLength: 20 }), (keys, rule, events) => {
    const state = run({ keys, rule, hook: false }, 1, events)
    if (!state.last) return
    const [walk, react, longest, none] = state.costs.map(({ here }) => here)
    assert.ok(longest <= Math.min(walk, react), `${walk}, ${react}, ${longest}`)
    assert.equal(state.frames.length - 1, keys ? { walk, react, longest }[rule] : none)
  }), { numRuns: 50 })
})

test('each operation changes one thing: one row is placed, leaves, or has another property', () => {
  fc.assert(fc.property(settings, fc.array(edit, { minLength: 1, maxLength: 8 }), (given, events) => {
    const { frames } = run(given, 1, events)
    frames.slice(1).forEach(({ operation, rows }, at) => {
      const others = (list) => JSON.stringify(list.filter(({ id }) => id !== operation.id))
      assert.equal(others(rows), others(frames[at].rows))
    })
  }))
})

test('the clock plays all operations of an edit, and then rests', () => {
  fc.assert(fc.property(settings, edit, (given, event) => {
    const state = played(run(given, 1, [event]))
    assert.equal(state.at, state.frames.length - 1)
    const before = shown(state)
    for (let tick = 0; tick < 500; tick++) step(state, { type: 'tick' })
    assert.equal(shown(state), before)
  }))
})

test('the list moves by itself until it is touched', () => {
  let state = initial(defaults, 1)
  const orders = new Set()
  for (let tick = 0; tick < 500; tick++) {
    state = step(state, { type: 'tick' })
    orders.add(state.rows.join(''))
  }
  assert.deepEqual([...orders], ['ABCDEF', 'FABCDE'])
})

test('the same settings, seed and events are the same run', () => {
  fc.assert(fc.property(settings, fc.nat(), fc.array(event, { maxLength: 20 }), (given, seed, events) => {
    assert.equal(shown(run(given, seed, events)), shown(run(given, seed, events)))
  }), { numRuns: 40 })
})

test('another rule is another run of the same edit, from where it began', () => {
  fc.assert(fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), fc.constantFrom(...RULES), (events, rule) => {
    const state = run(defaults, 1, events)
    const before = state.rows.join()
    const again = step(state, { type: 'set', name: 'rule', value: rule })
    assert.equal(again.rows.join(), before)
    if (again.last) assert.equal(again.frames[0].rows.map(({ name }) => name).join(), again.last.rows.join())
  }))
})

test('a drag that lasts while the list moves by itself moves the row that was picked up', () => {
  fc.assert(fc.property(fc.nat(500), fc.constantFrom(...'ABCDEF'), fc.constantFrom(...'ABCDEF'), (ticks, from, to) => {
    const state = run(defaults, 1, [{ type: 'tick', ticks }])
    const before = [...state.rows]
    const { rows } = step(state, { type: 'drop', name: `row:${from}`, on: `row:${to}` })
    assert.equal(rows[before.indexOf(to)], from)
    assert.deepEqual(rows.filter((name) => name !== from), before.filter((name) => name !== from))
  }))
})

test('what is no row is not touched, dragged, or dropped onto', () => {
  for (const name of ['row:x', 'row:-1', 'row:0', 'row:', 'row', 'field:x', 'field:G', '']) {
    for (const event of [{ type: 'touch', name }, { type: 'drop', name, on: 'row:A' }, { type: 'drop', name: 'row:A', on: name }]) {
      const state = initial(defaults, 1)
      const before = shown(state)
      assert.equal(shown(step(state, event)), before, JSON.stringify(event))
    }
  }
})

test('the operations that are foreseen for an edit are those that the reconciler makes', () => {
  const any = fc.integer({ min: 1, max: 40 }).chain((length) => {
    const place = fc.nat(length - 1)
    return fc.tuple(fc.constant(Array.from({ length }, (_, at) => `row ${at}`)), fc.oneof(
      fc.record({ kind: fc.constant('move'), from: place, to: place }),
      fc.record({ kind: fc.constantFrom('remove', 'write'), from: place }),
      fc.record({ kind: fc.constantFrom('add', 'reverse') }),
      fc.record({ kind: fc.constant('shuffle'), seed: fc.nat() }),
    ))
  })
  fc.assert(fc.property(fc.boolean(), fc.constantFrom(...RULES), any, (keys, rule, [rows, edit]) => {
    assert.equal(foreseen({ keys, rule }, rows, edit), counted({ keys, rule }, rows, edit))
  }), { numRuns: 500 })
})

test('a list of 1,000 rows costs what the article counted in a browser', () => {
  const file = new URL('../results/counts.csv', import.meta.url)
  const [, head, ...lines] = readFileSync(file, 'utf8').trim().split('\n').map((row) => row.split(','))
  const columns = ['Frappee by the obvious rule', "Frappee by React's rule", 'Frappee by the longest run', 'Frappee without keys']
  const edits = { 'Put one in front': 'add', 'Remove the first': 'remove', 'Move the last to the front': 'front', 'Move the first to the end': 'end', Reverse: 'reverse' }
  for (const [edit, button] of Object.entries(edits)) {
    const line = lines.find(([name]) => name === edit)
    assert.deepEqual(after({}, button).costs.map(({ thousand }) => thousand), columns.map((column) => Number(line[head.indexOf(column)])), edit)
  }
})

test('without keys the text stays where it was, and its row loses it', () => {
  for (const [button, heir] of [['front', 'E'], ['add', 'E'], ['reverse', 'A']]) {
    const state = after({ keys: false }, button)
    assert.deepEqual(texts(state), { [heir]: 'about F' }, button)
    assert.equal(state.culprit, state.last)
    assert.equal(step(state, { type: 'set', name: 'keys', value: true }) && texts(state).F, 'about F', 'keys repair it')
  }
})

test('behind a condition, the badge of the new first row reads its text, and the old first row shows its badge', () => {
  const state = after({ hook: true }, 'front')
  const [first, second] = finished(state).rows
  assert.deepEqual([first.name, first.badge, first.text], ['F', 'about F', ''])
  assert.deepEqual([second.name, second.badge, second.text], ['A', '', '1st'])
  assert.equal(state.warning, 'Row used 2 hooks, and 1 before')
  assert.deepEqual(wrongIn(state, finished(state)), [first, second])
})

test('what is typed into a field is in that row, and a second time removes it', () => {
  const state = step(initial(defaults, 1), { type: 'touch', name: 'field:B' })
  assert.deepEqual(texts(state), { B: 'about B', F: 'about F' })
  assert.deepEqual(texts(step(state, { type: 'touch', name: 'field:B' })), { F: 'about F' })
})

test('the list has room for seven rows, and keeps one', () => {
  assert.equal(after({}, 'add', 'add').rows.length, MOST_ROWS)
  assert.equal(after({}, ...Array(9).fill('remove')).rows.length, 1)
})

test('a random order of 1,000 rows costs what the article says', () => {
  const article = readFileSync(new URL('../index.md', import.meta.url), 'utf8').replace(/\s+/g, ' ')
  const [, react, longest] = after({}, 'shuffle').costs.map(({ thousand }) => thousand)
  assert.ok(article.includes(`of 1,000 rows even this rule moves ${longest}, and React's rule ${react}`))
})
