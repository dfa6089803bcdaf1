// What holds for every model: it can be run, touched and drawn without a page, and its still is what it draws.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'

import fc from 'fast-check'
import { stillState, toText } from 'graven'

/** Twelve pixels on the narrowest phone, where 340 units have 312 pixels. */
const smallestLabel = 13
/** An SVG with more elements than this takes too long sixty times a second on a phone. */
const mostElements = 150

const modules = (process.env.MODELS ?? '').split(' ').filter(Boolean).flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.js') && !name.endsWith('.test.js'))
    .map((name) => `${folder}/${name}`)
    .filter((path) => /^export default /m.test(readFileSync(path, 'utf8'))),
)

const elementsOf = (tree) => (tree.tag ? [tree, ...tree.children.flatMap(elementsOf)] : [])

const checkDrawing = (drawing, height) => {
  const elements = elementsOf(drawing)
  assert.equal(drawing.tag, 'svg')
  assert.equal(drawing.attributes.width, 340)
  assert.equal(drawing.attributes.height, height, 'the height of the drawing changes')
  assert.ok(elements.length <= mostElements, `${elements.length} elements, expected at most ${mostElements}`)
  for (const { attributes, children } of elements) {
    assert.ok(!('style' in attributes), 'the security policy blocks `style`')
    const size = attributes['font-size']
    assert.ok(size === undefined || size >= smallestLabel, `a label of ${size} units, expected at least ${smallestLabel}`)
    if (attributes.touch || attributes.drag) assert.ok(attributes.label, `no label: ${attributes.touch || attributes.drag}`)
    const keys = children.map((child) => child.attributes.key).filter((key) => key !== undefined)
    assert.equal(new Set(keys).size, keys.length, `two siblings have the same key: ${keys}`)
  }
  assert.doesNotMatch(toText(drawing), /NaN|Infinity|undefined|\[object/)
}

const textsOf = ({ outputs, says }) => {
  for (const [name, text] of Object.entries(outputs)) assert.equal(typeof text, 'string', `the output ${name} is no text`)
  assert.ok(says === undefined || typeof says === 'string', '`says` is a sentence or undefined')
}

for (const path of modules) {
  describe(path, async () => {
    const { default: model } = await import(pathToFileURL(path).href)
    const height = model.view(model.initial({ ...model.still.settings }, 1)).drawing.attributes.height

    test('the still is what the model draws', () => {
      const file = path.replace(/\.js$/, '.svg')
      const drawn = toText(model.view(stillState(model)).drawing)
      if (process.env.BLESS) writeFileSync(file, drawn)
      assert.equal(drawn, readFileSync(file, 'utf8'), `${file} differs: run tests/models/run --bless`)
    })

    test('the same seed is the same run, and drawing changes nothing', () => {
      const state = stillState(model)
      const first = toText(model.view(state).drawing)
      assert.equal(toText(model.view(state).drawing), first)
      assert.equal(toText(model.view(stillState(model)).drawing), first)
    })

    test('any part can be touched, dragged and dropped at any time', () => {
      fc.assert(
        fc.property(fc.nat(999), fc.array(fc.tuple(fc.nat(20), fc.nat(), fc.nat()), { maxLength: 12 }), (seed, touches) => {
          let state = model.initial({ ...model.still.settings }, seed)
          for (const [ticks, which, where] of touches) {
            for (let tick = 0; tick < ticks; tick += 1) state = model.step(state, { type: 'tick' })
            const shown = model.view(state)
            checkDrawing(shown.drawing, height)
            textsOf(shown)
            const parts = elementsOf(shown.drawing).map(({ attributes }) => attributes)
            const targets = parts.filter((part) => part.drop)
            const events = parts.flatMap(({ touch, drag }) => [
              ...(touch ? [{ type: 'touch', name: touch }] : []),
              ...(drag && targets.length ? [{ type: 'drop', name: drag, on: targets[where % targets.length].drop }] : []),
            ])
            if (events.length) state = model.step(state, events[which % events.length])
          }
          model.view(state)
        }),
        { numRuns: 60 },
      )
    })

    test('the still is a drawing as the kit expects it', () => {
      const shown = model.view(stillState(model))
      checkDrawing(shown.drawing, height)
      textsOf(shown)
    })
  })
}
