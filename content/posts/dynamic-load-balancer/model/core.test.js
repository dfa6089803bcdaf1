// What the article says about its model, and that the model is the article's simulation.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { highestStableDown } from '../code/core/bounds.js'
import { defaults } from '../code/core/settings.js'
import { simulate } from '../code/core/simulation.js'
import { HIGHEST_LOAD, SLOTS, errorsOf, initial, invariants, shareOf, step } from './core.js'
import model from './model.js'

const usual = model.still.settings
const fast = { ...usual, pace: 30 }
const TICKS = 80 // in a minute at that pace

/** @param {object} settings @param {{ seed?: number, minutes?: number, first?: object[] }} [options] */
const run = (settings, { seed = 1, minutes = 1, first = [] } = {}) => {
  const state = initial({ ...fast, ...settings }, seed)
  for (const event of first) step(state, event)
  for (let tick = 0; tick < minutes * TICKS; tick++) step(state, { type: 'tick' })
  return state
}

const breakOne = [{ type: 'do', name: 'break' }]
const instancesOf = (state) => state.simulation.fleet.instances

const changes = fc.oneof(
  fc.record({ type: fc.constant('set'), name: fc.constant('load'), value: fc.integer({ min: 1, max: HIGHEST_LOAD }) }),
  fc.record({ type: fc.constant('set'), name: fc.constant('up'), value: fc.integer({ min: 2, max: 10 }).map((half) => half / 2) }),
  fc.record({ type: fc.constant('set'), name: fc.constant('down'), value: fc.integer({ min: 0, max: 6 }).map((half) => half / 2) }),
  fc.record({ type: fc.constant('set'), name: fc.constant('boot'), value: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ type: fc.constant('set'), name: fc.constant('policy'), value: fc.constantFrom('least', 'turn', 'two', 'ewma') }),
  fc.record({ type: fc.constant('set'), name: fc.constant('loop'), value: fc.constantFrom('ready', 'ordered', 'all') }),
  fc.record({ type: fc.constant('set'), name: fc.constantFrom('eject', 'chance'), value: fc.boolean() }),
  fc.record({ type: fc.constant('touch'), name: fc.integer({ min: 0, max: 12 }).map((id) => `instance:${id}`) }),
  fc.constant({ type: 'do', name: 'break' }),
)
const history = fc.array(fc.tuple(fc.nat(30), changes), { maxLength: 30 })

/** What a run has come to, as a text. */
const digest = ({ arrived, answered, count, checks, seats, says, ended }) =>
  JSON.stringify({ arrived, answered, count, checks, seats, says, ended })

test('whatever is touched and set, each request is counted once, and the fleet stays within its bounds', () => {
  fc.assert(
    fc.property(fc.nat(999), history, (seed, events) => {
      const state = initial({ ...fast }, seed)
      for (const [ticks, event] of events) {
        step(state, event)
        for (let tick = 0; tick < ticks; tick++) step(state, { type: 'tick' })
        const { target } = state.simulation.fleet.scaler
        assert.ok(invariants(state).counted && target >= 2 && target <= 8, `${JSON.stringify(event)} at ${state.now} ms`)
        assert.ok(instancesOf(state).every(({ load }) => load >= 0) && errorsOf(state) <= 100)
      }
    }),
    { numRuns: 100 },
  )
})

test('the same settings, seed and events are the same run, at any pace', () => {
  fc.assert(
    fc.property(fc.nat(999), history, (seed, events) => {
      const [slow, swift] = [5, 30].map((pace) => {
        const state = initial({ ...usual, pace }, seed)
        for (const [ticks, event] of events) {
          step(state, event)
          for (let tick = 0; tick < ticks * (30 / pace); tick++) step(state, { type: 'tick' })
        }
        return digest({ ...state, count: { ...state.count, paid: 0, overload: 0 } })
      })
      assert.equal(slow, swift)
    }),
    { numRuns: 40 },
  )
})

test('the model decides as the simulation of the article does', () => {
  for (const policy of ['least', 'turn', 'two', 'ewma']) {
    const settings = { ...fast, policy, load: 5, down: 1.5 }
    const state = run(settings, { seed: 3, minutes: 20 })
    const names = { least: 'least loaded', turn: 'round robin', two: 'two choices', ewma: 'peak EWMA' }
    const sizes = []
    let answered = 0
    const world = {
      settings: {
        ...defaults,
        policy: names[policy],
        outlier: { failures: 0, ejectFor: 0, failureCountsAs: 0 },
        scaler: { ...defaults.scaler, down: 1.5 },
      },
      ...{ seed: 3, until: 1_200_000, rate: () => 5, highestRate: HIGHEST_LOAD, serviceTime: 1_000, slots: SLOTS, bootTime: 12_000, warm: true },
    }
    const fleet = simulate(world, {
      answer: () => answered++,
      event: (now, { kind }) => kind === 'tick' && now > 0 && sizes.push(now),
    })
    assert.equal(state.answered, answered, policy)
    assert.deepEqual(instancesOf(state), fleet.instances, policy)
    assert.equal(sizes.length, 239)
  }
})

test('another policy meets the same arrivals', () => {
  const [one, other] = ['least', 'ewma'].map((policy) => run({ policy }).sent.map(({ at, number }) => `${number} ${at}`))
  assert.deepEqual(one, other)
})

test('the one of four that fails at once gets most requests, half with two draws, its quarter in turn, and none when ejected', () => {
  const share = (settings) => {
    const states = [1, 2, 3, 4, 5].map((seed) => run({ load: 10, pace: 10, ...settings }, { seed, first: breakOne }))
    const shares = states.map((state) => shareOf(state, 1)).sort((a, b) => a - b)
    for (const state of states) assert.ok(Math.abs(shareOf(state, 1) - errorsOf(state)) <= 8)
    return shares[2]
  }
  assert.ok(Math.abs(share({ policy: 'least' }) - 75) < 6)
  for (const policy of ['two', 'ewma']) assert.ok(Math.abs(share({ policy }) - 50) < 10, policy)
  assert.ok(Math.abs(share({ policy: 'turn' }) - 25) < 3)
  for (const policy of ['least', 'two', 'ewma', 'turn']) assert.ok(share({ policy, eject: true }) < 3, policy)
})

test('fast errors look like idleness: with 1.25 the fleet shrinks around the one that fails, until more than 90 % fail', () => {
  const errors = []
  for (const seed of [1, 2, 3, 4, 5]) {
    const shrunk = run({ load: 10, down: 1.25 }, { seed, minutes: 2, first: breakOne })
    assert.equal(shrunk.size, 2)
    errors.push(errorsOf(shrunk))
    assert.equal(run({ load: 10 }, { seed, minutes: 4, first: breakOne }).size, 4)
    assert.ok(run({ load: 10, down: 1.25, eject: true }, { seed, minutes: 4, first: breakOne }).size >= 4)
  }
  assert.ok(errors.sort((a, b) => a - b)[2] > 90, errors.join())
})

test('a hang looks like demand: the fleet grows within half a minute, which it would not have done', () => {
  const grown = (touches) =>
    [1, 2, 3, 4, 5].map((seed) => {
      const first = Array.from({ length: touches }, () => ({ type: 'touch', name: 'instance:1' }))
      const state = run({}, { seed, minutes: 0.5, first })
      return state.size - 3
    })
  const [hung, well] = [grown(3), grown(0)].map((sizes) => sizes.sort((a, b) => a - b)[2])
  assert.ok(hung >= 1 && well === 0, `${hung} and ${well}`)
})

test('without chance nothing flaps up to the exact limit, and beyond it something does', () => {
  const limit = highestStableDown({ ...defaults.scaler })
  assert.equal(limit, 2)
  for (let load = 1; load <= HIGHEST_LOAD; load++) {
    // At a multiple of the upper threshold the load is exactly the limit, and the last bit of a sum decides.
    if (load % 3 === 0) continue
    assert.ok(invariants(run({ load, down: limit, chance: false }, { minutes: 15 })).calm, `${load} requests/s`)
  }
  assert.ok(run({ load: 7, down: 2.5, chance: false }, { minutes: 15 }).count.reversals > 10)
})

test('with chance the same threshold flaps, and one by the rule hardly ever does', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    assert.ok(run({ load: 4, down: 2 }, { seed, minutes: 30 }).count.reversals >= 15, `seed ${seed}`)
    assert.ok(run({ load: 4, down: 1 }, { seed, minutes: 30 }).count.reversals <= 1, `seed ${seed}`)
  }
})

test('a process that hangs is out of rotation within 7 s, replaced after its third check, and back if it is well before', () => {
  const hang = ['touch', 'touch', 'touch'].map((type) => ({ type, name: 'instance:2' }))
  const at = (state, ms, check) => {
    while (state.now < ms) step(state, { type: 'tick' })
    const it = instancesOf(state).find(({ id }) => id === 2)
    assert.deepEqual(it && [it.state, it.healthy], check, `at ${state.now} ms`)
  }
  for (const heals of [false, true]) {
    const state = initial({ ...fast, pace: 1 }, 1)
    for (const event of hang) step(state, event)
    at(state, 6_900, ['ready', true])
    at(state, 7_025, ['ready', false])
    if (heals) {
      step(state, hang[0])
      at(state, 10_025, ['ready', true])
    } else {
      at(state, 16_975, ['ready', false])
      at(state, 17_025, undefined) // its requests have timed out by then
      assert.ok(instancesOf(state).some((it) => it.state === 'starting' && it.since > 17_000 - 1 && it.since < 17_025))
    }
  }
})

test('a loop that does not count what it has ordered orders too many', () => {
  const largest = (loop) => {
    const state = initial({ ...fast, load: 4, boot: 30, loop }, 1)
    for (let tick = 0; tick < TICKS; tick++) step(state, { type: 'tick' })
    step(state, { type: 'set', name: 'load', value: 9 })
    step(state, { type: 'set', name: 'chance', value: false })
    for (let tick = 0; tick < 2 * TICKS; tick++) step(state, { type: 'tick' })
    return Math.max(...state.checks.map(({ size }) => size))
  }
  assert.ok(largest('ready') > largest('ordered'))
})

test('a changed setting begins a new count', () => {
  const state = run({ down: 2 }, { minutes: 30 })
  assert.ok(state.count.changes > 5)
  step(state, { type: 'set', name: 'down', value: 1 })
  assert.equal(state.count.changes, 0)
})
