// What the article says about its figure, and that the figure walks the same paths as the tables count.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import fc from 'fast-check'

import { follow } from '../code/core/paths.js'
import { play } from '../code/core/world.js'
import { initial, invariants, reasonOf, step } from './core.js'
import { scenarioOf, walksOf } from './walks.js'

const kept = { keys: true, stored: true, last: true, reverse: true, tombstones: true, late: false, silence: 'again' }

/** The rows of the article's table that the figure has switches for. */
const changes = {
  None: {},
  'No keys': { keys: false },
  'Refusals not stored': { stored: false },
  'Undone in forward order': { reverse: false },
  'Credit before screening': { last: false },
  'Silence is a refusal': { silence: 'refusal' },
  'Silence is undone': { silence: 'undo' },
  'Silence is undone before the pivot': { silence: 'pivot' },
  'The same, no tombstones': { silence: 'pivot', tombstones: false },
}

const switches = fc.record({
  keys: fc.boolean(), stored: fc.boolean(), last: fc.boolean(), reverse: fc.boolean(), tombstones: fc.boolean(), late: fc.boolean(),
  silence: fc.constantFrom('again', 'refusal', 'undo', 'pivot'),
})

const steps = ['reserve', 'clear', 'screen', 'credit']
const touches = fc.constantFrom(...steps.flatMap((op) => [`down:${op}`, `up:${op}`, `step:${op}`, `kill:${op}`]), 'late:0', 'late:1', 'kill', 'transfer', 'explore')

const tick = { type: 'tick' }

/** Ticks until the run has ended. */
const untilEnd = (state) => {
  for (let ticks = 0; !state.end; ticks++) {
    assert.ok(ticks < 5000, 'the run does not end')
    step(state, tick)
  }
  return state
}

const runOf = (settings, ...names) => {
  const state = initial({ ...kept, ...settings }, 1)
  for (const name of names) step(state, { type: 'do', name })
  return untilEnd(state)
}

test('a path that is replayed message by message ends as the article has counted it', () => {
  for (const settings of Object.values(changes)) {
    for (const late of [false, true]) {
      const state = initial({ ...kept, ...settings, late }, 3)
      const scenario = scenarioOf(state.settings)
      for (const { cell } of [...state.walks].sort((one, other) => one.cell < other.cell ? -1 : 1)) {
        step(state, { type: 'touch', name: `cell:${cell}` })
        const walk = state.walks[state.walk]
        assert.equal(walk.cell, cell)
        untilEnd(state)
        const { ends, balances, refused, logs, calls } = play(scenario, follow(walk.trail))
        const { sagas, services, business } = state
        assert.deepEqual({ ends, balances, refused, logs, calls }, {
          ends: sagas.map(({ command }) => command.end), balances: services.balances, refused: business.refused(), logs: sagas.map(({ log }) => log), calls: state.calls,
        })
        assert.equal(state.end, walk.verdict)
      }
      assert.equal(state.walked.size, state.walks.length, 'every path of a cell has its turn')
    }
  }
})

test('the grid counts what the table counts', () => {
  const table = readFileSync(new URL('../results/rules.csv', import.meta.url), 'utf8').split('\n').slice(1)
  const [head, ...rows] = table.filter(Boolean).map((line) => line.replaceAll('"', '').replace('same, no', 'same; no').split(','))
  for (const [change, settings] of Object.entries(changes)) {
    const row = rows.find(([name]) => name.replace(';', ',') === change)
    const state = initial({ ...kept, ...settings }, 1)
    assert.deepEqual([state.walks.length, state.walks.filter(({ isRight }) => !isRight).length].map(String), [row[head.indexOf('paths')], row[head.indexOf('wrong')]], change)
  }
})

test('a grid never has more than 150 elements to draw, 45 of them cells, nor a cell more than 16 paths', () => {
  fc.assert(fc.property(switches, (settings) => {
    const sizes = new Map()
    for (const { cell } of walksOf(settings)) sizes.set(cell, (sizes.get(cell) ?? 0) + 1)
    assert.ok(sizes.size <= 45, `${sizes.size} cells`)
    assert.ok(Math.max(...sizes.values()) <= 16, `${Math.max(...sizes.values())} paths in a cell`)
  }))
})

test('with every rule kept the reader cannot bring about a wrong end', () => {
  fc.assert(fc.property(fc.boolean(), fc.nat(), fc.array(fc.tuple(fc.nat(80), touches)), (late, seed, events) => {
    const state = initial({ ...kept, late }, seed)
    for (const [wait, name] of events) {
      for (let ticks = 0; ticks < wait; ticks++) {
        step(state, tick)
        assert.equal(reasonOf(state), undefined)
      }
      step(state, { type: 'touch', name })
    }
    assert.equal(untilEnd(state).end, 'right')
    assert.equal(invariants(state).between, 0)
  }), { numRuns: 300 })
})

test('whatever is broken, no money is made or lost', () => {
  const events = fc.oneof(
    touches.map((name) => ({ type: 'touch', name })),
    switches.chain((settings) => fc.constantFrom(...Object.entries(settings)).map(([name, value]) => ({ type: 'set', name, value }))),
  )
  fc.assert(fc.property(switches, fc.nat(), fc.array(fc.tuple(fc.nat(60), events)), (settings, seed, sequence) => {
    const state = initial(settings, seed)
    for (const [wait, event] of sequence) {
      for (let ticks = 0; ticks < wait; ticks++) step(state, tick)
      step(state, event)
      assert.equal(invariants(state).sum, 300)
    }
    untilEnd(state)
  }), { numRuns: 300 })
})

test('the same settings, seed and events are the same run', () => {
  fc.assert(fc.property(switches, fc.nat(), fc.array(fc.tuple(fc.nat(60), touches)), (settings, seed, events) => {
    const walk = () => {
      const state = initial(settings, seed)
      for (const [wait, name] of events) {
        for (let ticks = 0; ticks < wait; ticks++) step(state, tick)
        step(state, { type: 'touch', name })
      }
      const { sagas, calls, says, end } = state
      return JSON.stringify({ sagas, calls, says, end })
    }
    assert.equal(walk(), walk())
  }))
})

test('how long a message takes does not change how one transfer ends', () => {
  fc.assert(fc.property(switches, fc.nat(), touches, (settings, seed, name) => {
    fc.pre(name !== 'transfer')
    const endOf = (/** @type {number} */ number) => {
      const state = initial(settings, number)
      step(state, { type: 'touch', name })
      return untilEnd(state).end
    }
    assert.equal(endOf(seed), endOf(1))
  }))
})

test('without keys a lost reply takes effect twice, and a lost request does not', () => {
  assert.equal(reasonOf(runOf({ keys: false }, 'up:reserve')), 'reserve took effect twice')
  for (const op of steps) assert.equal(runOf({ keys: false }, `down:${op}`).end, 'right')
  for (const op of ['reserve', 'clear', 'credit']) assert.notEqual(runOf({ keys: false }, `up:${op}`).end, 'right')
})

test('where silence is a refusal, a lost reply leaves money in the hold, and a dead coordinator does not', () => {
  const state = runOf({ silence: 'refusal' }, 'up:reserve')
  assert.deepEqual([state.end, reasonOf(state)], ['quiet', 'undone, but 100 is left behind'])
  assert.equal(runOf({ silence: 'refusal' }, 'kill:reserve').end, 'right')
})

test('a credit before screening needs a refusal to go wrong, and no loss', () => {
  assert.equal(runOf({ last: false }).end, 'right')
  assert.equal(reasonOf(runOf({ last: false }, 'step:screen')), 'stuck: undo credit was refused')
})

test('a late copy of a refused request takes effect where refusals are not stored, and one of an undone request where tombstones are not kept', () => {
  const names = ['step:reserve', 'down:reserve']
  assert.equal(runOf({ late: true }, ...names).end, 'right')
  assert.equal(reasonOf(runOf({ late: true, stored: false }, ...names)), 'undone, but 100 is left behind')
  assert.equal(runOf({ late: true, silence: 'pivot' }, 'down:reserve').end, 'right')
  assert.equal(reasonOf(runOf({ late: true, silence: 'pivot', tombstones: false }, 'down:reserve')), 'undone, but 100 is left behind')
})

test('only a late request that is there can be let in', () => {
  const state = initial({ ...kept, late: true }, 1)
  step(state, { type: 'do', name: 'down:reserve' })
  while (!state.underway.length) step(state, tick)
  for (const name of ['late', 'late:credit', 'late:1']) step(state, { type: 'touch', name })
  assert.deepEqual([state.underway.map(({ op }) => op), state.services.balances.ana], [['reserve'], 300])
  step(state, { type: 'touch', name: 'late:0' })
  assert.deepEqual([state.underway, state.services.balances.ana], [[], 200])
})

test('each rule breaks in its own place of the grid', () => {
  const wrong = (settings) => walksOf({ ...kept, ...settings }).filter(({ isRight }) => !isRight)
  for (const { name } of wrong({ keys: false })) assert.match(name, /reply/)
  for (const { cell } of wrong({ last: false })) assert.match(cell, /\/screen$/)
  for (const { cell } of wrong({ late: true, stored: false })) assert.match(cell, /^(\w+)\/down\/\1$/)
  assert.deepEqual([{ keys: false }, { last: false }, { late: true, stored: false }].map((settings) => wrong(settings).length), [103, 71, 9])
})

test('the successor of a dead coordinator goes on where the log ends', () => {
  const state = initial(kept, 1)
  step(state, { type: 'do', name: 'kill:clear' })
  while (!state.downtime) step(state, tick)
  assert.deepEqual(state.sagas[0].log, ['reserve'])
  untilEnd(state)
  assert.deepEqual(state.calls.map(({ key }) => key), ['t1/reserve', 't1/clear', 't1/clear', 't1/screen', 't1/credit'])
  assert.equal(state.end, 'right')
})

test('a run of the reader is marked in the grid as the path that it is', () => {
  const state = runOf({ keys: false }, 'up:reserve')
  assert.deepEqual([...state.walked].map((place) => state.walks[place].cell), ['reserve/up/none'])
})
