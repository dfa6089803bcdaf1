// What the kit does in a page, with as much of a page as it needs: elements that count their changes, frames that a test calls.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'

import fc from 'fast-check'
import { h } from 'graven'

import { clock } from '../../crates/press/theme/models/clock.js'
import { create, patch } from '../../crates/press/theme/models/patch.js'
import { fromQuery, toQuery } from '../../crates/press/theme/models/settings.js'
import { speaker } from '../../crates/press/theme/models/speech.js'

let changes = 0

class FakeNode {
  parent = undefined
  childNodes = []
  attributes = {}

  constructor(tag, text = '') {
    this.tag = tag
    this.text = text
  }

  set textContent(text) {
    changes += 1
    this.text = text
  }

  setAttribute(name, value) {
    changes += 1
    this.attributes[name] = value
  }

  removeAttribute(name) {
    changes += 1
    delete this.attributes[name]
  }

  append(...nodes) {
    for (const node of nodes) this.insertBefore(node, null)
  }

  insertBefore(node, next) {
    node.remove()
    changes += 1
    const place = next === null ? this.childNodes.length : this.childNodes.indexOf(next)
    assert.ok(place >= 0)
    this.childNodes.splice(place, 0, node)
    node.parent = this
  }

  remove() {
    if (!this.parent) return
    changes += 1
    this.parent.childNodes.splice(this.parent.childNodes.indexOf(this), 1)
    this.parent = undefined
  }

  shown() {
    return [this.tag, this.text, Object.entries(this.attributes).sort(), this.childNodes.map((child) => child.shown())]
  }
}

beforeEach(() => {
  changes = 0
  globalThis.document = {
    createElementNS: (_, tag) => new FakeNode(tag),
    createTextNode: (text) => new FakeNode('', text),
  }
})

/** Siblings with the same key have no meaning, and `stills.test.js` finds them. */
const distinct = (children) => {
  const seen = new Set()
  return children.filter((child) => {
    const key = typeof child === 'object' ? child.attributes.key : undefined
    const isNew = key === undefined || !seen.has(key)
    seen.add(key)
    return isNew
  })
}
const attributes = fc.record(
  { x: fc.integer({ min: 0, max: 3 }), key: fc.nat(5), touch: fc.constantFrom('a', false), class: fc.constantFrom('hue', undefined) },
  { requiredKeys: [] },
)
const { trees } = fc.letrec((tie) => ({
  trees: fc.oneof({ maxDepth: 3 }, fc.constantFrom('one', 'two'), tie('element')),
  element: fc
    .tuple(fc.constantFrom('g', 'text'), attributes, fc.array(tie('trees'), { maxLength: 6 }))
    .map(([tag, given, children]) => h(tag, given, distinct(children))),
}))

test('whatever was shown, a patch shows the next tree', () => {
  fc.assert(
    fc.property(fc.array(trees, { minLength: 1, maxLength: 4 }), (contents) => {
      const [first, ...others] = contents.map((content) => h('svg', {}, content))
      const node = create(first)
      let old = first
      for (const next of others) {
        patch(node, old, next)
        assert.deepEqual(node.shown(), create(next).shown())
        old = next
      }
    }),
    { numRuns: 500 },
  )
})

const queue = (...keys) => h('g', {}, keys.map((key) => h('circle', { key, class: key })))

test('a patch makes as few changes as there are', () => {
  for (const [old, next, expected] of [
    [queue('a', 'b', 'c'), queue('a', 'b', 'c'), 0],
    [queue('a', 'b', 'c'), queue('b', 'c'), 1],
    [queue('a', 'b', 'c'), queue('a', 'c'), 1],
    // Its attribute, and its place.
    [queue('a', 'b'), queue('a', 'b', 'c'), 2],
    [h('text', { x: 1, y: 2 }, 'old'), h('text', { x: 1, y: 3 }, 'new'), 2],
  ]) {
    const node = create(old)
    changes = 0
    patch(node, old, next)
    assert.equal(changes, expected)
  }
})

test('an element with a key stays itself wherever it goes', () => {
  const [old, next] = [queue('a', 'b', 'c'), queue('d', 'c', 'a')]
  const node = create(old)
  const [a, , c] = node.childNodes
  patch(node, old, next)
  assert.deepEqual(node.childNodes.slice(1), [c, a])
})

test('a part that can be touched is a button while it can be', () => {
  const [old, next] = [h('g', { touch: 'server:2', label: 'Server 2' }), h('g', { touch: false, drop: 'lane:1' })]
  const node = create(old)
  assert.deepEqual(node.attributes, { 'data-touch': 'server:2', role: 'button', tabindex: '0', 'aria-label': 'Server 2' })
  patch(node, old, next)
  assert.deepEqual(node.attributes, { 'data-drop': 'lane:1' })
})

const names = fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/).filter((name) => name !== 'seed' && name !== 'do')

test('settings come back from a link', () => {
  const texts = fc.dictionary(names, fc.tuple(fc.string(), fc.string()), { noNullPrototype: true })
  fc.assert(
    fc.property(texts, fc.option(fc.nat(), { nil: undefined }), (pairs, seed) => {
      const [defaults, set] = [0, 1].map((side) => Object.fromEntries(Object.entries(pairs).map(([name, pair]) => [name, pair[side]])))
      assert.deepEqual(fromQuery(toQuery(set, defaults, seed), defaults), { texts: set, seed, events: [] })
      assert.equal(toQuery(defaults, defaults), '')
    }),
  )
})

test('a link sets what there is, and the rest has its default', () => {
  const defaults = { rate: '20', blind: 'on' }
  for (const [query, expected] of [
    ['', { texts: defaults, seed: undefined, events: [] }],
    ['rate=40', { texts: { rate: '40', blind: 'on' }, seed: undefined, events: [] }],
    ['blind=off&seed=7&do=drop,race', { texts: { rate: '20', blind: 'off' }, seed: 7, events: ['drop', 'race'] }],
    ['other=1&seed=many', { texts: defaults, seed: undefined, events: [] }],
  ]) {
    assert.deepEqual(fromQuery(query, defaults), expected)
  }
})

/** The ticks of a clock in each of these frames. */
const ticksIn = (frames, tick, speed) => {
  const ticks = []
  let next
  globalThis.requestAnimationFrame = (callback) => {
    next = callback
    return 1
  }
  const time = clock(tick, (number) => ticks.push(number))
  time.speed = speed
  time.start()
  let now = performance.now()
  next(now)
  ticks.length = 0
  for (const frame of frames) next((now += frame))
  return ticks
}

test('a clock has ticks of the same length, and catches up with a quarter of a second at most', () => {
  assert.deepEqual(ticksIn([100, 100, 100], 50, 1), [2, 2, 2])
  assert.deepEqual(ticksIn([100, 100, 100], 50, 4), [8, 8, 8])
  assert.deepEqual(ticksIn([100, 100, 60_000], 50, 0.5), [1, 1, 2])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 250 })), fc.integer({ min: 5, max: 500 }), (frames, tick) => {
      const ticks = ticksIn(frames, tick, 1).reduce((sum, number) => sum + number, 0)
      const passed = frames.reduce((sum, frame) => sum + frame, 0)
      // The first frame, which is not counted, can leave a part of a tick.
      assert.ok(Math.abs(ticks - passed / tick) <= 1, `${ticks} ticks in ${passed} ms`)
    }),
  )
})

test('a screen reader says the newest sentence, at most every two seconds', ({ mock }) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const region = { textContent: '' }
  let isHeard = true
  const say = speaker(region, () => isHeard)
  for (const [milliseconds, sentence, expected] of [
    [0, 'one', 'one'],
    [100, 'two', 'one'],
    [100, 'three', 'one'],
    [1799, 'three', 'one'],
    [1, 'three', 'three'],
    [5000, 'four', 'four'],
  ]) {
    mock.timers.tick(milliseconds)
    say(sentence)
    assert.equal(region.textContent, expected)
  }
  // What happened while nobody listened is not said afterwards.
  isHeard = false
  mock.timers.tick(5000)
  say('five')
  isHeard = true
  mock.timers.tick(5000)
  say('five')
  assert.equal(region.textContent, 'four')
})
