// What holds for every model: it can be run, set, touched and drawn without a page, and its still is what it draws.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'

import fc from 'fast-check'
import { stillState, toText } from 'graven'

/** Twelve pixels on the narrowest phone, where 340 units have 312 pixels. */
const smallestLabel = 13
/** An SVG with more elements than this takes too long sixty times a second on a phone. */
const mostElements = 150
/** The width of a letter of a monospaced font, in its size. */
const letterWidth = 0.6
/** A screen reader that is on a part says its label whenever it changes: on one tick of so many at most. */
const ticksOfLabel = 20
/** So many ticks show how often labels change. */
const watchedTicks = 400

const modules = (process.env.MODELS ?? '').split(' ').filter(Boolean).flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.js') && !name.endsWith('.test.js'))
    .map((name) => `${folder}/${name}`)
    .filter((path) => /^export default /m.test(readFileSync(path, 'utf8'))),
)

/**
 * The controls that a fence has, by kind. A line is `name: kind "Label" key=value…`, as press reads it.
 *
 * @param {string} path of the module
 */
const fenceOf = (path) => {
  const text = readFileSync(`${dirname(dirname(path))}/index.md`, 'utf8')
  const fences = [...text.matchAll(/^```model (.*)\n([^]*?)^```$/gm)]
  const fence = fences.find(([, attributes]) => attributes.split(' ').includes(`from=model/${basename(path)}`))
  assert.ok(fence, `no fence of index.md has from=model/${basename(path)}`)
  const controls = { slider: [], switch: [], choice: [], button: [], output: [], preset: [] }
  for (const line of fence[2].split('\n').filter(Boolean)) {
    const [, name, kind, rest] = /^([a-z][a-z0-9-]*): ([a-z]+) "[^"]*"(.*)$/.exec(line) ?? assert.fail(`not a control: ${line}`)
    const pairs = [...rest.matchAll(/ ([a-z][a-z0-9-]*)=(?:"([^"]*)"|(\S+))/g)].map(([, key, quoted, bare]) => [key, quoted ?? bare])
    assert.ok(controls[kind], `no kind of control: ${kind}`)
    controls[kind].push({ name, ...Object.fromEntries(pairs), options: pairs.map(([key]) => key).filter((key) => key !== 'value') })
  }
  return controls
}

/** The values of each setting by its name: the default, the ends of a slider, then all. */
const valuesOf = ({ slider, switch: switches, choice }) => {
  const sliderValues = ({ from, to, step = 1, value }) => {
    const steps = Math.round((to - from) / step)
    // A tenth is not exact in binary, and the page rounds.
    return [Number(value), Number(from), Number(to), ...Array.from({ length: steps + 1 }, (_, place) => Number((Number(from) + place * step).toFixed(6)))]
  }
  return Object.fromEntries([
    ...slider.map((given) => [given.name, sliderValues(given)]),
    ...switches.map(({ name, value }) => [name, [value === 'on', value !== 'on']]),
    ...choice.map(({ name, options, value = options[0] }) => [name, [value, ...options]]),
  ])
}

const eventOf = (name) => ({ type: name.includes(':') ? 'touch' : 'do', name })

const elementsOf = (tree) => (tree.tag ? [tree, ...tree.children.flatMap(elementsOf)] : [])

const wordsOf = ({ tag, text, children }) => (tag ? children.map(wordsOf).join('') : text)

const numbersOf = (attribute = 0) => String(attribute).split(/[\s,]+/).map(Number)

/**
 * The texts of a drawing and where they are. Turned and scaled groups are as wide as if they were not.
 *
 * @returns {{ text: string, left: number, right: number, base: number }[]}
 */
const placesOf = ({ tag, attributes = {}, children = [] }, given = { x: 0, y: 0 }) => {
  const [, x = 0, y = 0] = (/translate\(\s*([-\d.]+)[\s,]*([-\d.]*)/.exec(attributes.transform ?? '') ?? []).map(Number)
  const here = {
    x: given.x + x,
    y: given.y + y,
    size: attributes['font-size'] || given.size,
    anchor: attributes['text-anchor'] || given.anchor,
  }
  if (tag !== 'text') return children.flatMap((child) => placesOf(child, here))
  const [xs, ys] = [numbersOf(attributes.x), numbersOf(attributes.y)]
  // A list of places has one for each letter, and the last one is that of the rest.
  const pieces = Math.max(xs.length, ys.length)
  const letters = [...wordsOf({ tag, children })]
  return letters.slice(0, pieces).map((letter, place) => {
    const text = place === pieces - 1 ? letters.slice(place).join('') : letter
    const width = [...text].length * letterWidth * here.size
    const left = here.x + (xs[place] ?? xs.at(-1)) - width * ({ middle: 0.5, end: 1 }[here.anchor] ?? 0)
    return { text, left, right: left + width, base: here.y + (ys[place] ?? ys.at(-1)) }
  })
}

const checkTexts = ({ drawing }) => {
  const { width, height } = drawing.attributes
  for (const { text, left, right, base } of placesOf(drawing)) {
    const where = `${left.toFixed(1)} to ${right.toFixed(1)} of ${width}, base line at ${base.toFixed(1)} of ${height}`
    assert.ok(left >= 0 && right <= width && base >= 0 && base <= height, `'${text}' leaves the drawing: ${where}`)
  }
}

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

const kinds = ['touch', 'touch', 'set', 'set', 'do', 'preset']
const waits = fc.oneof({ weight: 5, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: fc.nat(200) })
const actions = fc.array(
  fc.record({ ticks: waits, kind: fc.constantFrom(...kinds), which: fc.nat(), where: fc.nat() }),
  { maxLength: 12 },
)
const oneOf = (values, number) => values[number % values.length]

for (const path of modules) {
  describe(path, async () => {
    const { default: model } = await import(pathToFileURL(path).href)
    const fence = fenceOf(path)
    const values = valuesOf(fence)
    const defaults = Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value]))
    const height = model.view(model.initial({ ...defaults }, 1)).drawing.attributes.height

    /** The page after a preset: its settings and seed, and what it does. What it does not name has its default. */
    const after = ({ seed = model.still.seed, do: names = '', ...texts }) => {
      const settings = Object.entries(values).map(([name, given]) => {
        const text = texts[name]
        const kind = typeof given[0]
        return [name, text === undefined ? given[0] : kind === 'number' ? Number(text) : kind === 'boolean' ? text === 'on' : text]
      })
      let state = model.initial(Object.fromEntries(settings), Number(seed))
      for (const name of names.split(',').filter(Boolean)) state = model.step(state, eventOf(name))
      return state
    }

    /** Touches or drags a part that is drawn. */
    const touched = (state, which, where) => {
      const parts = elementsOf(model.view(state).drawing).map(({ attributes }) => attributes)
      const targets = parts.filter((part) => part.drop)
      const events = parts.flatMap(({ touch, drag }) => [
        ...(touch ? [{ type: 'touch', name: touch }] : []),
        ...(drag && targets.length ? [{ type: 'drop', name: drag, on: oneOf(targets, where).drop }] : []),
      ])
      return events.length ? model.step(state, oneOf(events, which)) : state
    }

    /** What a reader can do, or the state as it is where the model has no such control. */
    const doing = {
      touch: touched,
      set: (state, which, where) => {
        const names = Object.keys(values)
        const name = oneOf(names, which)
        if (!names.length) return state
        // Most faults are at the ends.
        const [given, half] = [values[name], Math.floor(where / 2)]
        return model.step(state, { type: 'set', name, value: oneOf(where % 2 ? given : given.slice(0, 3), half) })
      },
      do: (state, which) => (fence.button.length ? model.step(state, eventOf(oneOf(fence.button, which).name)) : state),
      preset: (state, which) => (fence.preset.length ? after(oneOf(fence.preset, which)) : state),
    }

    /**
     * Whatever a reader does and whenever, `look` finds nothing wrong with what is shown.
     *
     * @param {(shown: object) => void} look
     */
    const atAnyTime = (look) =>
      fc.assert(
        fc.property(fc.nat(999), actions, (seed, list) => {
          let state = model.initial({ ...defaults }, seed)
          for (const { ticks, kind, which, where } of list) {
            for (let tick = 0; tick < ticks; tick += 1) state = model.step(state, { type: 'tick' })
            look(model.view(state))
            state = doing[kind](state, which, where)
            look(model.view(state))
          }
        }),
        { numRuns: 60 },
      )

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

    test('any control can be used, and any part touched, dragged and dropped, at any time', () =>
      atAnyTime((shown) => {
        checkDrawing(shown.drawing, height)
        textsOf(shown)
        for (const { name } of fence.output) assert.ok(name in shown.outputs, `no output ${name}`)
      }))

    test('every text is within the drawing at any time', () => atAnyTime(checkTexts))

    test('a label changes on one of twenty ticks at most', () => {
      for (const preset of [{ name: 'the defaults' }, ...fence.preset]) {
        let state = after(preset)
        let labels = {}
        const changes = {}
        for (let tick = 0; tick < watchedTicks; tick += 1) {
          state = model.step(state, { type: 'tick' })
          const parts = elementsOf(model.view(state).drawing).map(({ attributes }) => attributes)
          const next = Object.fromEntries(parts.filter(({ touch, drag, label }) => label && (touch || drag)).map(({ touch, drag, label }) => [touch || drag, label]))
          for (const [part, label] of Object.entries(next)) {
            if (part in labels && labels[part] !== label) changes[part] = (changes[part] ?? 0) + 1
          }
          labels = next
        }
        for (const [part, number] of Object.entries(changes)) {
          assert.ok(number <= watchedTicks / ticksOfLabel, `after ${preset.name}, the label of ${part} changes on ${number} of ${watchedTicks} ticks`)
        }
      }
    })

    test('the still has the settings that the page begins with', () => assert.deepEqual({ ...model.still.settings }, defaults))

    test('the still is a drawing as the kit expects it', () => {
      const shown = model.view(stillState(model))
      checkDrawing(shown.drawing, height)
      checkTexts(shown)
      textsOf(shown)
    })
  })
}
