// What the article says about its model, and what no sequence of events may break.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'
import { toText } from 'graven'

import { bounds } from '../code/core/lanes.js'
import { initial, invariants, notice, slice, step, total, waitingIn } from './core.js'
import model from './model.js'

const defaults = { partitions: 12, consumers: 4, keys: 'even', batch: 1, commit: 1.6, record: 12, offset: 'with' }
const begun = (changes, seed = 1) => initial({ ...defaults, ...changes }, seed)
const run = (state, ticks) => {
  for (let tick = 0; tick < ticks; tick += 1) state = step(state, { type: 'tick' })
  return state
}
const minutes = (changes, seed) => total / begun(changes, seed).forecast.now / 60

const settings = fc.record({
  partitions: fc.integer({ min: 1, max: 12 }),
  consumers: fc.integer({ min: 1, max: 8 }),
  keys: fc.constantFrom('even', 'hundred', 'fifth', 'half'),
  batch: fc.integer({ min: 1, max: 100 }),
  commit: fc.integer({ min: 5, max: 80 }).map((tenths) => tenths / 10),
  record: fc.integer({ min: 1, max: 1000 }).map((steps) => steps * 4),
})
const touch = fc.nat(7).map((id) => ({ type: 'touch', name: `consumer:${id}` }))
const kill = fc.constant({ type: 'do', name: 'kill' })
const set = (name, value) => value.map((given) => ({ type: 'set', name, value: given }))
const gentle = [
  touch,
  kill,
  set('consumers', fc.integer({ min: 1, max: 8 })),
  set('batch', fc.integer({ min: 1, max: 100 })),
  set('commit', fc.integer({ min: 1, max: 8 })),
  set('record', fc.constantFrom(4, 12, 400)),
]
const dealing = [set('partitions', fc.integer({ min: 1, max: 12 })), set('keys', fc.constantFrom('even', 'hundred', 'fifth', 'half'))]
const storing = set('offset', fc.constantFrom('with', 'first', 'after'))
const events = (...kinds) => fc.array(fc.tuple(fc.oneof(...kinds), fc.nat(120)), { maxLength: 14 })

/** What happens to a run; `check` sees it after each event. */
const play = (state, happening, check = () => {}) => {
  for (const [event, ticks] of happening) {
    state = run(step(state, event), ticks)
    check(state)
  }
  return state
}

/** How often each record that was read was applied, but for those that are in hand and may still be. */
const timesOf = ({ run: { lanes, consumers }, next, times }) =>
  lanes.flatMap((lane, p) => {
    const inHand = consumers.filter(({ busy, last }) => busy && last.lane === lane).map(({ last }) => last)
    const isInHand = (offset) => inHand.some(({ from, records }) => offset >= from && offset < from + records)
    const counts = Array.from({ length: Math.max(lane.read, next[p]) }, (_, offset) => times[p][offset] ?? 0)
    return counts.filter((count, offset) => count || !isInHand(offset))
  })

test('with the offset in the transaction, every record is applied once, whoever dies or joins', () => {
  fc.assert(
    fc.property(settings, fc.nat(99), events(...gentle), (given, seed, happening) => {
      const state = play(initial({ ...given, offset: 'with' }, seed), happening, (now) => assert.ok(invariants(now).once))
      assert.ok(timesOf(state).every((times) => times === 1))
      assert.equal(timesOf(state).length, state.applied)
    }),
    { numRuns: 60 },
  )
})

test('the lamp holds when, and only when, each record was applied once, and what is lost or doubled is counted', () => {
  fc.assert(
    fc.property(settings, fc.nat(99), events(...gentle, storing), (given, seed, happening) => {
      play(initial({ ...given, offset: 'after' }, seed), happening, (state) => {
        const times = timesOf(state)
        assert.equal(times.reduce((sum, count) => sum + Math.max(0, count - 1), 0), state.doubled)
        assert.equal(times.filter((count) => !count).length, state.lost)
        assert.equal(model.view(state).outputs.once.startsWith('●'), times.every((count) => count === 1))
      })
    }),
    { numRuns: 60 },
  )
})

test('what has arrived is applied, lost or unfinished', () => {
  fc.assert(
    fc.property(settings, fc.nat(99), events(...gentle, ...dealing, storing), (given, seed, happening) => {
      play(initial({ ...given, offset: 'with' }, seed), happening, (state) => {
        const { arrived, applied, lost, unfinished } = invariants(state)
        assert.equal(arrived, applied + lost + unfinished)
      })
    }),
    { numRuns: 60 },
  )
})

test('no partition is read by two consumers at once, and no batch is larger than allowed', () => {
  fc.assert(
    fc.property(settings, events(touch, kill, set('consumers', fc.integer({ min: 1, max: 8 }))), (given, happening) => {
      let state = initial({ ...given, offset: 'with' }, 1)
      for (const [event, ticks] of happening) {
        state = step(state, event)
        for (let tick = 0; tick < ticks; tick += 1) {
          state = step(state, { type: 'tick' })
          const inHand = state.run.consumers.filter(({ busy }) => busy).map(({ last }) => last)
          assert.equal(new Set(inHand.map(({ lane }) => lane)).size, inHand.length)
          assert.ok(inHand.every(({ records }) => records <= given.batch))
        }
      }
    }),
    { numRuns: 40 },
  )
})

test('the same settings, seed and events are the same run', () => {
  fc.assert(
    fc.property(settings, fc.nat(99), events(...gentle, ...dealing), (given, seed, happening) => {
      const [one, two] = [0, 1].map(() => play(initial({ ...given, offset: 'with' }, seed), happening))
      assert.deepEqual(one, two)
    }),
    { numRuns: 20 },
  )
})

/** A consumer dies in its batch; the run goes on until the heir has read it again. */
const crashed = (offset) => {
  let state = run(begun({ offset, batch: 10, commit: 4 }), 120)
  state = run(step(state, { type: 'touch', name: 'consumer:1' }), 1)
  const batch = state.run.lanes.map((lane, p) => state.next[p] - lane.read).reduce((sum, again) => sum + Math.max(0, again), 0)
  return { batch, lost: state.lost, state: run(state, (notice + 0.2) / slice) }
}

test('offset first loses a batch, effect first doubles one, and together neither happens', () => {
  const [first, after, together] = ['first', 'after', 'with'].map(crashed)
  assert.ok(first.lost > 1 && first.lost <= 10)
  assert.deepEqual(invariants(first.state).doubled, 0)
  assert.ok(after.batch > 1 && after.batch <= 10)
  assert.equal(after.state.doubled, after.batch)
  assert.equal(after.state.lost, 0)
  assert.ok(together.batch > 1)
  assert.equal(together.state.dropped, together.batch)
  assert.ok(invariants(together.state).once)
})

test('a record that comes again and is in hand at a death is not lost', () => {
  let state = run(begun({ partitions: 1, consumers: 1, offset: 'after', batch: 10, commit: 4 }), 120)
  const touched = { type: 'touch', name: 'consumer:0' }
  // It dies, is started again, reads its batch a second time, and dies once more.
  state = run(step(state, touched), 1)
  state = step(step(state, touched), { type: 'set', name: 'offset', value: 'first' })
  state = run(step(run(state, 2), touched), 1)
  assert.equal(state.dead.length, 1)
  assert.equal(state.lost, 0)
  assert.ok(timesOf(state).every((times) => times > 0))
})

test('a kill that a preset orders finds something to interrupt, and sticky assignment moves only what the dead one had', () => {
  const state = run(step(begun({ consumers: 6, batch: 10 }), { type: 'do', name: 'kill' }), (0.012 + notice) / slice)
  assert.equal(state.dead.length, 1)
  const owned = state.run.lanes.map(({ owner }, p) => owner === Math.floor(p / 2))
  assert.equal(owned.filter((stays) => !stays).length, 2)
  assert.ok(run(state, 100).dropped > 0)
})

test('a group without consumers stands still, and goes on when one is started', () => {
  let state = run(begun({ consumers: 1 }), 40)
  state = run(step(state, { type: 'touch', name: 'consumer:0' }), 200)
  const { applied } = state
  assert.equal(state.forecast.now, 0)
  state = run(state, 200)
  assert.equal(state.applied, applied)
  assert.ok(run(step(state, { type: 'touch', name: 'consumer:0' }), 200).applied > applied)
})

test('consumers beyond an even share of the partitions make nothing faster', () => {
  for (const [consumers, enough] of [[1, 1], [4, 4], [5, 4], [6, 6], [7, 6], [8, 6]]) {
    const { forecast } = begun({ consumers })
    assert.deepEqual([forecast.members, forecast.enough], [consumers, enough])
    const rate = begun({ consumers: enough }).forecast.now
    assert.ok(Math.abs(forecast.now / rate - 1) < 0.02, `${consumers}: ${forecast.now} against ${rate}`)
  }
  assert.match(toText(model.view(begun({ consumers: 8 })).drawing), />8, or only 6</)
})

test('no forecast is faster than the three bounds of the article', () => {
  fc.assert(
    fc.property(settings, fc.nat(99), (given, seed) => {
      const { shares, forecast } = initial({ ...given, offset: 'with' }, seed)
      const limits = bounds({ commit: given.commit / 1e3, record: given.record / 1e6, max: given.batch, cpu: 0.00042 / given.batch + 0.00001, cores: 2,
        share: Math.max(...shares), most: Math.ceil(given.partitions / given.consumers), partitions: given.partitions })
      // A forecast may leave less than one record in each lane.
      assert.ok(forecast.now <= Math.min(limits.keys, limits.machine) * 1.02)
      // That of the consumers takes the partitions for even. A fullest consumer with light partitions is faster.
      assert.ok(forecast.keys <= limits.consumers * 1.02)
    }),
    { numRuns: 60 },
  )
})

test('a run that cannot keep up is as fast as its forecast: both are done when the consumer with the most records is', () => {
  const table = [{}, { commit: 4 }, { keys: 'fifth', commit: 4 }, { consumers: 1, batch: 2 }, { record: 3300, batch: 4 }]
  for (const changes of table) {
    const state = begun(changes)
    const { lanes } = state.run
    // All have their lanes full from the start, so that none waits.
    for (const lane of lanes) lane.backlog += 3_000 * lane.rate
    const groups = state.run.consumers.map(({ id }) => {
      const own = [...lanes.keys()].filter((p) => lanes[p].owner === id)
      return { own, share: own.reduce((sum, p) => sum + state.shares[p], 0) }
    })
    const { own, share } = groups.reduce((a, b) => (b.share > a.share ? b : a))
    const appliedIn = ({ next }) => own.reduce((sum, p) => sum + next[p], 0)
    const from = appliedIn(run(state, 2_000))
    const rate = (appliedIn(run(state, 4_000)) - from) / (4_000 * slice) / share
    assert.ok(Math.abs(rate / state.forecast.now - 1) < 0.02, `${JSON.stringify(changes)}: ${rate} against ${state.forecast.now}`)
  }
})

test('the lanes grow where the forecast is over ten minutes, and not below', () => {
  const table = [{}, { batch: 2 }, { consumers: 8 }, { keys: 'half' }, { batch: 10, keys: 'half' }, { record: 3300, batch: 100 }]
  for (const changes of table) {
    const state = begun(changes)
    const grows = Math.max(...waitingIn(run(state, 8_000))) > 20
    assert.equal(grows, minutes(changes) > 10, JSON.stringify(changes))
  }
})

test('the settings that the article links to are bound by what it says', () => {
  const table = [
    [{}, 'commits'],
    [{ keys: 'half' }, 'commits'],
    [{ keys: 'half', batch: 100 }, 'keys'],
    [{ partitions: 1, consumers: 1, batch: 10 }, 'commits'],
    [{ record: 3300, batch: 100 }, 'consumers'],
    [{ record: 3300, batch: 100, keys: 'half' }, 'keys'],
  ]
  for (const [changes, limit] of table) {
    for (const seed of [1, 2, 3, 4, 5]) assert.equal(begun(changes, seed).forecast.limit, limit, JSON.stringify(changes))
  }
})

test('ten records a commit do more than four consumers, and eight consumers as much as six', () => {
  for (const seed of [1, 2, 3]) {
    assert.ok(minutes({ partitions: 1, consumers: 1, batch: 10 }, seed) * 2 < minutes({}, seed))
    const [six, eight] = [6, 8].map((consumers) => minutes({ consumers }, seed))
    assert.ok(Math.abs(six - eight) < 0.05 * six, `${six} and ${eight}`)
  }
})

test('a call for each record makes batches useless', () => {
  const [small, large] = [10, 100].map((batch) => minutes({ record: 3300, batch }))
  assert.ok(large > 0.9 * small)
  assert.ok(minutes({ record: 3300, batch: 100, consumers: 8 }) < 0.75 * large)
})

test('every state can be drawn, within the elements that a phone can draw', () => {
  fc.assert(
    fc.property(settings, fc.nat(99), events(...gentle, ...dealing, storing), (given, seed, happening) => {
      play(initial({ ...given, offset: 'with' }, seed), happening, (state) => {
        const { drawing, outputs } = model.view(state)
        const text = toText(drawing)
        assert.doesNotMatch(text + Object.values(outputs).join(), /NaN|Infinity|undefined/)
        assert.ok(text.match(/<[a-z]/g).length <= 150)
      })
    }),
    { numRuns: 40 },
  )
})

test('the name of a consumer changes only when it dies or is started', () => {
  const partsOf = ({ attributes, children }) => [attributes, ...children.flatMap(partsOf)].filter(({ touch }) => touch)
  const namesOf = (state) => Object.fromEntries(partsOf(model.view(state).drawing).map(({ touch, label }) => [touch, label]))
  fc.assert(
    fc.property(settings, fc.nat(99), events(...gentle), (given, seed, happening) => {
      let state = initial({ ...given, offset: 'with' }, seed)
      const names = {}
      for (const [event, ticks] of happening) {
        state = step(state, event)
        for (let tick = 0; tick < ticks; tick += 1) {
          state = run(state, 1)
          for (const [part, name] of Object.entries(namesOf(state))) {
            const key = `${part} ${state.dead.some(({ id }) => part === `consumer:${id}`)}`
            names[key] ??= name
            assert.equal(name, names[key])
          }
        }
      }
      assert.equal(new Set(Object.values(names)).size, Object.keys(names).length)
    }),
    { numRuns: 20 },
  )
})
