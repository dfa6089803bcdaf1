// The drawing, for all settings and in the middle of operations.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'
import model from './model.js'

const BUTTONS = ['front', 'end', 'reverse', 'shuffle', 'add', 'remove']

const elementsOf = (tree) => (tree.tag ? [tree, ...tree.children.flatMap(elementsOf)] : [])
const textOf = (tree) => tree.text + tree.children.map(textOf).join('')

/** The names of the rows from top to bottom, by where the drawing has them. */
const rowsOf = (drawing) => elementsOf(drawing)
  .filter(({ children }) => children.some(({ attributes }) => attributes.drag))
  .map(({ attributes, children }) => [Number(attributes.transform.match(/ (.*)\)/)[1]), children.filter(({ attributes }) => attributes.drag).map(textOf).join('')])
  .sort(([one], [other]) => one - other)
  .map(([, name]) => name)

const run = (settings, buttons, ticks) => {
  let state = model.initial(settings, 1)
  for (const name of buttons) state = model.step(state, { type: 'do', name })
  for (let tick = 0; tick < ticks; tick++) state = model.step(state, { type: 'tick' })
  return state
}

const settings = fc.record({ keys: fc.boolean(), rule: fc.constantFrom('walk', 'react', 'longest'), hook: fc.boolean() })

test('at any tick the drawing has few elements, and no label is wider than it', () => {
  fc.assert(fc.property(settings, fc.array(fc.constantFrom(...BUTTONS), { maxLength: 4 }), fc.nat(300), (given, buttons, ticks) => {
    const elements = elementsOf(model.view(run(given, buttons, ticks)).drawing)
    assert.ok(elements.length <= 150, `${elements.length} elements`)
    for (const element of elements.filter(({ tag }) => tag === 'text')) {
      const { x, 'font-size': size = 14 } = element.attributes
      if (element.attributes['text-anchor'] === undefined) assert.ok(x + textOf(element).length * size * 0.6 <= 340, textOf(element))
    }
  }), { numRuns: 60 })
})

test('a row is dragged by the name that it shows, in the middle of an edit too', () => {
  fc.assert(fc.property(settings, fc.array(fc.constantFrom(...BUTTONS), { maxLength: 4 }), fc.nat(300), (given, buttons, ticks) => {
    for (const part of elementsOf(model.view(run(given, buttons, ticks)).drawing)) {
      if (part.attributes.drag) assert.equal(part.attributes.drag, `row:${textOf(part)}`)
    }
  }), { numRuns: 60 })
})

test('the name of a part is the same while the list moves by itself', () => {
  const labels = new Set()
  for (let ticks = 0; ticks < 500; ticks += 7) {
    for (const { attributes } of elementsOf(model.view(run({ keys: true, rule: 'react', hook: false }, [], ticks)).drawing)) {
      if (attributes.touch) labels.add(attributes.label)
    }
  }
  const expected = [...'ABCDEF'].flatMap((name) => [`Row ${name}: pick up`, `Field of row ${name}: ${name === 'F' ? 'about F' : 'empty'}`])
  assert.deepEqual([...labels].toSorted(), expected.toSorted())
})

test('a field says that its text is wrong', () => {
  const drawing = model.view(run({ keys: false, rule: 'react', hook: false }, ['front'], 600)).drawing
  const names = Object.fromEntries(elementsOf(drawing).map(({ attributes }) => [attributes.touch, attributes.label]))
  assert.equal(names['field:E'], 'Field of row E: about F, wrong')
  assert.equal(names['field:F'], 'Field of row F: empty, wrong')
  assert.equal(names['field:A'], 'Field of row A: empty')
})

test('when all operations are done, the drawing shows the rows in their order', () => {
  fc.assert(fc.property(settings, fc.array(fc.constantFrom(...BUTTONS), { minLength: 1, maxLength: 4 }), (given, buttons) => {
    const state = run(given, buttons, 600)
    assert.deepEqual(rowsOf(model.view(state).drawing), state.rows)
  }), { numRuns: 40 })
})

test('a lamp and a sentence say which row has the text, and since when', () => {
  const state = run({ keys: false, rule: 'react', hook: false }, ['front'], 600)
  const { outputs, says } = model.view(state)
  assert.equal(outputs.texts, '✕ “about F” in E since F moved')
  assert.equal(says, 'F to place 1: 6 operations. “about F” in E')
  const again = model.view(model.step(state, { type: 'set', name: 'keys', value: true }))
  assert.equal(again.outputs.texts, '● each in its row')
})

test('the operations are those of the bar and those by hooks', () => {
  const state = run({ keys: true, rule: 'react', hook: true }, ['front'], 600)
  assert.match(model.view(state).says, /^F to place 1: 9 operations, 4 by hooks/)
  fc.assert(fc.property(settings, fc.array(fc.constantFrom(...BUTTONS), { minLength: 1, maxLength: 4 }), (given, buttons) => {
    const ended = run(given, buttons, 600)
    const [, operations, byHooks] = model.view(ended).says.match(/: (\d+) operations?(?:, (\d+) by hooks)?/)
    const { here } = ended.costs.find(({ name }) => name === (given.keys ? given.rule : 'none'))
    assert.equal(Number(operations) - Number(byHooks ?? 0), here)
  }), { numRuns: 60 })
})

test('nothing is said while the list moves by itself', () => {
  assert.equal(model.view(run({ keys: true, rule: 'react', hook: false }, [], 700)).says, undefined)
})

test('a row moves by React’s rule because a row that stays was below it', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...BUTTONS), { minLength: 1, maxLength: 4 }), fc.nat(200), (buttons, ticks) => {
    const state = run({ keys: true, rule: 'react', hook: false }, buttons, ticks)
    const texts = elementsOf(model.view(state).drawing).filter(({ tag }) => tag === 'text').map(textOf)
    const [, stays, moves] = texts.join('\n').match(/^(\S+) stays, and (\S+) was above it$/m) ?? []
    if (!stays) return assert.ok(!texts.some((text) => /was above it/.test(text)), texts.join('\n'))
    const before = state.frames[0].rows.map(({ name }) => name)
    assert.ok(before.indexOf(moves) < before.indexOf(stays), `${moves} was not above ${stays}: ${before}`)
    assert.ok(state.rows.indexOf(stays) < state.rows.indexOf(moves))
  }))
})
