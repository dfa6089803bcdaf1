// The kit without a page.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'
import { arrow, box, count, dial, dot, h, history, label, lamp, lane, random, stack, stream, svg, toText } from 'graven'

const check = (cases, actual) => {
  for (const [input, expected] of cases) assert.deepEqual(actual(input), expected)
}

test('a tree is written as text', () =>
  check(
    [
      [h('g', {}), '<g/>\n'],
      [h('g', { x: 1.2345, y: 2, class: false, id: undefined }), '<g x="1.23" y="2"/>\n'],
      [h('g', {}, [h('a', {}), [h('b', {})]], false, undefined, ''), '<g>\n<a/>\n<b/>\n</g>\n'],
      [h('text', {}, 'a', 1), '<text>a1</text>\n'],
      [h('g', { key: 'k', touch: 't', drag: 'd', drop: 'o', label: 'l', y: 1 }), '<g y="1"/>\n'],
    ],
    toText,
  ))

test('no text and no attribute can end early', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const written = toText(h('text', { a: text }, `.${text}`))
      const [, attribute, content] = /^<text a="([^"<]*)">\.([^<]*)<\/text>\n$/s.exec(written) ?? []
      const read = (escaped) => escaped.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
      assert.equal(read(attribute), text)
      assert.equal(read(content), text)
    }),
  )
})

test('every shape draws finite numbers, whatever it shows', () => {
  const side = fc.integer({ min: 30, max: 340 })
  const items = fc.array(fc.record({ letter: fc.constantFrom('a', 'b'), hollow: fc.boolean() }), { maxLength: 60 })
  fc.assert(
    fc.property(side, side, items, fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })), fc.boolean(), (x, width, entries, values, stopped) => {
      const drawing = svg(
        340,
        200,
        lane({ x, y: x, width, items: entries, title: 'queue' }),
        history({ x, y: x, width, height: 40, values, mark: 0 }),
        stack({ x, y: x, width, entries: entries.map(({ letter, hollow }) => ({ text: letter, mark: hollow })) }),
        dial({ x, y: x, radius: 9, fraction: values[0] ?? 0 }),
        arrow({ x1: x, y1: x, x2: width, y2: width }),
        box({ x, y: x, width, height: 40, title: 'server', state: 'slow', dashed: true, stopped }),
        dot({ x, y: x, letter: 'a' }),
        label(x, x, 'text'),
      )
      assert.doesNotMatch(toText(drawing), /NaN|Infinity|undefined|object/)
    }),
  )
})

test('a lane shows only the dots that fit, and says how many there are', () => {
  const items = Array.from({ length: 90 }, () => ({ letter: 'a' }))
  const text = toText(lane({ x: 0, y: 0, width: 200, items }))
  assert.equal(text.match(/<circle/g)?.length, 10)
  assert.match(text, />90</)
})

test('numbers have their digits in groups', () =>
  check([[0, '0'], [999, '999'], [1000, '1,000'], [12_400.4, '12,400'], [1_234_567, '1,234,567'], [-1500, '−1,500'], [-0.2, '0']], count))

test('a lamp has a shape and a word', () =>
  check(
    [[[true], '● holds'], [[false], '✕ broken'], [[undefined], '○ unknown'], [[false, 'broken by sale 12'], '✕ broken by sale 12']],
    (given) => lamp(...given),
  ))

const take = (numbers, from) => Array.from({ length: numbers }, from)

test('a seed is a run of numbers', () => {
  fc.assert(
    fc.property(fc.integer(), fc.string(), (seed, name) => {
      assert.deepEqual(take(9, stream(seed, name)), take(9, stream(seed, name)))
      assert.notDeepEqual(take(9, stream(seed, name)), take(9, stream(seed, name + '.')))
      assert.notDeepEqual(take(9, stream(seed, name)), take(9, stream(seed + 1, name)))
      assert.ok(take(99, random(seed)).every((number) => number >= 0 && number < 1))
    }),
  )
})

test('numbers are spread evenly, alone, in pairs and over seeds', () => {
  const evenly = (numbers) => {
    const bins = Array(16).fill(0)
    for (const number of numbers) bins[Math.floor(number * 16)] += 1
    const expected = numbers.length / 16
    const chiSquare = bins.reduce((sum, bin) => sum + (bin - expected) ** 2 / expected, 0)
    // 15 degrees of freedom: above 37.7 once in a thousand.
    assert.ok(chiSquare < 37.7, `${bins}`)
  }
  for (const seed of [0, 1, 2, 0x7fffffff]) {
    const numbers = take(16_000, random(seed))
    evenly(numbers)
    evenly(numbers.slice(1).map((number, place) => (number + numbers[place]) % 1))
  }
  evenly(take(16_000, (_, seed) => random(seed)()))
  evenly(take(16_000, (_, seed) => stream(seed, 'arrivals')()))
})
