// What the article says about its workspace, whatever a reader does.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'
import { judge } from '../code/keys.mjs'
import { INPUTS, NAMES, changes, initial, invariants, isRunning, needsOf, step, wrong } from './core.js'
import model from './model.js'

const currency = fc.constantFrom('passed', 'env', 'hidden')
const cache = fc.constantFrom('none', 'local', 'remote', 'poisoned')
const settings = fc.record({ currency, script: fc.boolean(), cache })
const defaults = { currency: 'passed', script: false, cache: 'local' }

const touch = (name) => ({ type: 'touch', name })
const RUN = touch('run:turbo')
const event = fc.oneof(
  fc.constantFrom(...INPUTS).map((name) => touch(`flip:${name}`)),
  fc.constantFrom('run:turbo', 'run:turbo', 'touch:files', 'edit:random').map(touch),
  settings.chain((all) => fc.constantFrom(...Object.keys(all)).map((name) => ({ type: 'set', name, value: all[name] }))),
  fc.constant({ type: 'tick' }),
)
const events = fc.array(event, { maxLength: 25 })

const after = (given, list, seed = 1) => list.reduce((state, one) => step(state, one), initial({ ...defaults, ...given }, seed))
const all = (property, ...parts) => fc.assert(fc.property(...parts, property), { numRuns: 200 })

test('if the keys name all that a build reads, and nobody else stores results, every output is right', () => {
  all((given, list) => {
    const state = after(given, [...list, RUN])
    const { right, named, trusted } = invariants(state)
    if (named && trusted) assert.ok(right)
  }, settings, events)
})

test('if an output is wrong, it has a forgotten input or the text of an attacker', () => {
  all((given, list) => {
    const state = after(given, [...list, RUN])
    for (const name of wrong(state)) {
      const { input, has } = state.jobs[name].fault
      const isForgotten = { CURRENCY: state.settings.currency === 'passed', 'build.mjs': !state.settings.script }[input]
      assert.ok(isForgotten || (has === 'attacker' && state.settings.cache === 'poisoned'), `${name}: ${input} ${has}`)
    }
  }, settings, events)
})

test('without a cache every task runs, and every output is right', () => {
  all((given, list) => {
    const state = after(given, [...list, { type: 'set', name: 'cache', value: 'none' }, RUN])
    assert.ok(invariants(state).right && NAMES.every((name) => state.jobs[name].ran))
  }, settings, events)
})

test('a task that runs is wrong only if a package that it used is', () => {
  all((given, list) => {
    const { jobs } = after(given, [...list, RUN])
    for (const name of NAMES) {
      if (jobs[name].ran) assert.equal(jobs[name].fault !== undefined, needsOf(name).some((need) => jobs[need].fault))
    }
  }, settings, events)
})

test('a file that is touched changes no key, and a second run restores everything', () => {
  all((given, list) => {
    const state = after(given, [...list, RUN])
    const keys = NAMES.map((name) => state.jobs[name].key)
    step(step(state, touch('touch:files')), RUN)
    assert.deepEqual(NAMES.map((name) => state.jobs[name].key), keys)
    assert.equal(NAMES.some((name) => state.jobs[name].ran), state.settings.cache === 'none')
  }, settings, events)
})

test('for one change, a run on this disk is what the article’s code says of an edit', () => {
  all((given, input) => {
    const before = after(given, [])
    const old = structuredClone(before.workspace)
    const { jobs, workspace } = step(step(before, touch(`flip:${input}`)), RUN)
    const seen = NAMES.map((name) => [name, jobs[name].ran ? 'rebuilt' : jobs[name].fault ? 'stale' : 'hit'])
    assert.deepEqual(Object.fromEntries(seen), judge(old, workspace))
  }, fc.record({ currency, script: fc.boolean() }), fc.constantFrom(...INPUTS))
})

test('two changes back are the old keys, and no task runs', () => {
  all((given, input) => {
    const flip = touch(`flip:${input}`)
    const { jobs } = after(given, [RUN, flip, RUN, flip, RUN])
    assert.ok(NAMES.every((name) => !jobs[name].ran))
  }, fc.record({ currency, script: fc.boolean(), cache: fc.constantFrom('local', 'remote') }), fc.constantFrom(...INPUTS))
})

test('what has changed since a run is what was changed and not changed back', () => {
  all((given, inputs) => {
    const odd = INPUTS.filter((input) => inputs.filter((other) => other === input).length % 2)
    const state = after(given, [RUN, ...inputs.map((input) => touch(`flip:${input}`))])
    assert.deepEqual(changes(state).toSorted(), odd.toSorted())
  }, settings, fc.array(fc.constantFrom(...INPUTS), { maxLength: 8 }))
})

test('the same seed and the same events are the same run', () => {
  all((given, list, seed) => {
    assert.deepEqual(after(given, list, seed), after(given, list, seed))
  }, settings, events, fc.nat(9999))
})

test('the clock shows a run within four and a half seconds at speed 1, and then rests', () => {
  all((given, list) => {
    const state = after(given, [...list, RUN])
    for (let tick = 0; tick < 90; tick += 1) step(state, { type: 'tick' })
    assert.ok(!isRunning(state) && changes(state).length === 0)
  }, settings, events)
})

/** What a reader sees after these touches, a letter for each package: hit or ran, capital if the output is wrong. */
const seen = (given, ...names) => {
  const { jobs } = after(given, names.map(touch))
  return NAMES.map((name) => {
    const letter = jobs[name].ran ? 'r' : 'h'
    return jobs[name].fault ? letter.toUpperCase() : letter
  }).join('')
}

test('the runs that the text links to end as it says', () => {
  assert.deepEqual(NAMES, ['money', 'log', 'ledger', 'payouts', 'notify'])
  const dollars = ['flip:CURRENCY', 'run:turbo']
  const money = ['flip:money', 'run:turbo']
  for (const [expected, given, ...names] of [
    ['rhrrh', {}, ...money],
    ['hhhhr', {}, 'flip:notify', 'run:turbo'],
    ['HHHHH', {}, ...dollars],
    ['rHRRH', {}, ...dollars, ...money],
    ['HhHHh', {}, ...dollars, ...money, ...dollars],
    ['rrrrr', { currency: 'env' }, ...dollars],
    ['hhhhh', { currency: 'hidden' }, ...dollars],
    ['HHHHH', {}, 'flip:build.mjs', 'run:turbo'],
    ['rrrrr', { script: true }, 'flip:build.mjs', 'run:turbo'],
    ['hhhhh', { cache: 'remote' }, 'run:turbo'],
    ['HHRHH', { cache: 'poisoned' }, 'flip:ledger', 'run:turbo'],
    ['HHHHH', { cache: 'poisoned' }, 'flip:ledger', 'run:turbo', 'run:turbo'],
  ]) {
    assert.equal(seen(given, ...names), expected, `${JSON.stringify(given)} ${names}`)
  }
})

const partsOf = ({ attributes, children }) => [...(attributes.touch ? [attributes] : []), ...children.flatMap(partsOf)]

test('the name of a part is a sentence, and changes only with what its task does', () => {
  all((given, list) => {
    const state = after(given, [...list, RUN])
    const names = {}
    for (let tick = 0; tick < 90; tick += 1) {
      step(state, { type: 'tick' })
      if (tick % 5) continue
      for (const { touch, label } of partsOf(model.view(state).drawing)) {
        assert.doesNotMatch(label, /[✕●○≠]|[:,] ?[.,]| {2}/)
        ;(names[touch] ??= new Set()).add(label)
      }
    }
    // No key, waiting, working, done.
    for (const [touch, labels] of Object.entries(names)) assert.ok(labels.size <= 4, `${touch}: ${[...labels]}`)
  }, settings, events)
})

test('a part says what is drawn in it: a new key, a wrong output, and the input that no key names', () => {
  const state = after({}, ['flip:money', 'flip:CURRENCY', 'run:turbo'].map(touch))
  while (isRunning(state)) step(state, { type: 'tick' })
  const names = Object.fromEntries(partsOf(model.view(state).drawing).map(({ touch, label }) => [touch, label]))
  assert.equal(names['flip:money'], 'money v2: new key, miss, ran, right, v2 asia USD. Edit')
  assert.equal(names['flip:log'], 'log v1: hit, wrong, INR, not USD. Edit')
  assert.equal(names['flip:CURRENCY'], 'CURRENCY is USD, which no key names. Change to INR')
})

test('a result is in the cache when its task has ended', () => {
  const textsOf = ({ text, children }) => [text, ...children.flatMap(textsOf)]
  const state = after({}, [touch('flip:ledger'), RUN])
  const stored = () => textsOf(model.view(state).drawing).find((text) => /^\d+ results/.test(text))
  const seen = []
  for (let tick = 0; tick < 90; tick += 1) {
    step(state, { type: 'tick' })
    if (seen.at(-1)?.stored !== stored()) seen.push({ stored: stored(), ended: state.clock >= state.jobs.ledger.endAt })
  }
  assert.deepEqual(seen, [{ stored: '5 results', ended: false }, { stored: '6 results', ended: true }])
})

test('after an edit, no key is shown as new until turbo runs', () => {
  const inkOf = ({ attributes, children }) => [attributes.class, ...children.flatMap(inkOf)]
  all((given, list, input) => {
    const state = after(given, [...list, RUN, touch(`flip:${input}`)])
    const { drawing } = model.view(state)
    for (const { label } of partsOf(drawing)) assert.doesNotMatch(label, /new key/)
    const groups = drawing.children.filter(({ attributes }) => ['edges', 'tasks'].includes(attributes.key))
    assert.equal(groups.length, 2)
    assert.ok(!groups.flatMap(inkOf).includes('hue'))
  }, settings, events, fc.constantFrom(...INPUTS))
})

test('the second line says why a run was as it was', () => {
  const money = ['flip:money', 'run:turbo']
  const dollars = ['flip:CURRENCY', 'run:turbo']
  for (const [expected, given, ...names] of [
    ['new keys went along the arrows', {}, ...money],
    ['no package uses what was edited', {}, 'flip:notify', 'run:turbo'],
    ['no key is new', {}, 'run:turbo'],
    ['the new keys were in the cache', {}, ...money, ...money],
    ['no key names CURRENCY', {}, ...dollars],
    ['ledger ran, but read a bad output of log', {}, ...dollars, ...money],
    ['', { currency: 'env' }, ...dollars],
  ]) {
    const state = after(given, names.map(touch))
    while (isRunning(state)) step(state, { type: 'tick' })
    assert.equal(model.view(state).says.split('. ')[1] ?? '', expected, `${names}`)
  }
})

test('an edit of money saves work and no time, an edit of a leaf saves both', () => {
  for (const [name, work, time] of [['money', '4 of 10 s', '4 s, uncached 4 s'], ['notify', '8 of 10 s', '2 s, uncached 4 s']]) {
    const { outputs } = model.view(step(after({}, [touch(`flip:${name}`), RUN]), touch('nothing')))
    assert.deepEqual([outputs.work, outputs.time], [work, time])
  }
})
