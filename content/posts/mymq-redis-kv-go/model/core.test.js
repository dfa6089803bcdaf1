import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import fc from 'fast-check'

import { view } from '../code/core/queue.js'
import { batch, buried, cost, initial, invariants, isOver, leases, step } from './core.js'
import model from './model.js'

const defaults = model.still.settings

const settings = fc.record({
  lease: fc.constantFrom(2, 4, 8, 30),
  handler: fc.integer({ min: 1, max: 6 }),
  crash: fc.constantFrom(0, 5, 20),
  tries: fc.integer({ min: 1, max: 8 }),
  guard: fc.constantFrom('none', 'fence', 'key'),
  store: fc.constantFrom('none', 'everysec', 'always'),
})

const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ticks: fc.integer({ min: 1, max: 90 }) }) },
  fc.record({ type: fc.constant('do'), name: fc.constantFrom('sleep', 'die', 'power') }),
  fc.record({ type: fc.constant('touch'), name: fc.constantFrom('worker:0', 'worker:1', 'worker:2', 'worker:3') }),
  settings.chain((all) => fc.constantFrom(...Object.keys(all)).map((name) => ({ type: 'set', name, value: all[name] }))),
)

/** Rehearsals are tested alone: here they only take time. */
const alone = (state) => Object.assign(state, { rehearsals: [], own: { settings: { handler: 0 } } })

const started = (chosen, seed) => alone(initial({ ...defaults, ...chosen }, seed))

const act = (state, { ticks, ...event }, check = () => {}) => {
  if (!ticks) alone(step(state, event))
  for (let tick = 0; tick < (ticks ?? 0); tick += 1) step(state, { type: 'tick' })
  check(state)
}

const run = (chosen, seed, happenings, check) => {
  const state = started(chosen, seed)
  for (const one of happenings) act(state, one, check)
  return state
}

/** Every history of faults, pauses and settings. */
const always = (check, chosen = {}, allowed = () => true) =>
  fc.assert(
    fc.property(settings, fc.nat(9999), fc.array(happening.filter(allowed), { maxLength: 25 }), (all, seed, happenings) => {
      run({ ...all, ...chosen }, seed, happenings, check)
    }),
    { numRuns: 100 },
  )

const isPower = ({ name }) => name === 'power'

test('every message is in exactly one place: done, ready, leased, dead, or lost with the power', () =>
  always((state) => assert.ok(invariants(state).isSum, JSON.stringify(invariants(state)))))

test('without a power failure nothing is lost, and the queue counts as its senders do', () =>
  always(
    (state) => {
      const { sent, done, isKept } = invariants(state)
      assert.ok(isKept)
      assert.deepEqual([state.world.queue.sent, state.world.queue.done], [sent, done])
    },
    {},
    (event) => !isPower(event),
  ))

test('synced before each reply, the queue after a power failure is the queue before it', () =>
  always(
    (state) => {
      const { receipt: _, epoch, ...before } = view(state.world.queue)
      step(state, { type: 'do', name: 'power' })
      const { receipt, epoch: next, ...after } = view(state.world.queue)
      assert.deepEqual(after, before)
      assert.equal(next, epoch + 1)
      assert.equal(receipt, next * 2 ** 32)
    },
    { store: 'always' },
    ({ name }) => name !== 'store',
  ))

test('without a file, a power failure takes every message that is not done', () =>
  always(
    (state) => {
      const { queued, leased, dead, lost } = invariants(state)
      step(state, { type: 'do', name: 'power' })
      const now = invariants(state)
      assert.deepEqual([now.queued, now.leased, now.dead, now.lost], [0, 0, 0, lost + queued + leased + dead])
    },
    { store: 'none' },
    ({ name }) => name !== 'store',
  ))

test('synced each second, a power failure takes what the last second has sent, and brings back what it has done', () => {
  let lost = 0
  let back = 0
  for (let seed = 1; seed <= 40; seed += 1) {
    const state = started({}, seed)
    act(state, { ticks: seed })
    const recent = state.log.slice(state.synced).map(({ change }) => change)
    assert.ok(recent.every(({ now }) => state.world.now - now < 1000))
    const before = invariants(state)
    act(state, { type: 'do', name: 'power' })
    const after = invariants(state)
    const acked = recent.filter(({ kind, id }) => kind === 'ack' && !recent.some((other) => other.kind === 'send' && other.id === id)).length
    assert.equal(before.done - after.done, acked)
    lost += after.lost
    back += acked
  }
  assert.ok(lost > 10 && back > 10, `${lost} ${back}`)
})

test('a receiver that knows each id never doubles an effect', () =>
  always((state) => assert.equal(invariants(state).doubled, 0), { guard: 'key' }, ({ name }) => name !== 'guard'))

test('a receipt is never given out twice while a file is kept', () => {
  for (const store of ['everysec', 'always']) {
    for (let seed = 1; seed <= 40; seed += 1) {
      // Handlers are short, so that a worker gets a message between two failures.
      const state = started({ handler: 1, lease: 2, store }, seed)
      const given = new Map()
      const look = ({ world }) => {
        for (const { attempt } of world.workers) {
          if (!attempt) continue
          const { id, receipt } = attempt
          assert.equal(given.get(receipt) ?? attempt, attempt, `${store}, seed ${seed}: receipt ${receipt} again, with ${id}`)
          given.set(receipt, attempt)
        }
      }
      // Less than a second apart: no sync of the log comes between the failures.
      for (let failures = 0; failures < 3; failures += 1) {
        act(state, { type: 'do', name: 'power' })
        for (let ticks = 0; ticks < 5; ticks += 1) act(state, { ticks: 1 }, look)
      }
    }
  }
})

/** A fault with nothing else going wrong, until its message is done. */
const fault = (name, guard) => {
  const outcomes = []
  for (let seed = 1; seed <= 20; seed += 1) {
    const news = new Set()
    const ticks = Array(2400).fill({ ticks: 1 })
    const state = run({ crash: 0, lease: 60, guard }, seed, [{ type: 'do', name }, ...ticks], ({ world }) => news.add(world.news))
    outcomes.push({ doubled: invariants(state).doubled, news: [...news].join(' ') })
  }
  return outcomes
}

test('a worker that sleeps past its lease acknowledges too late, and doubles the effect unless the receiver checks', () => {
  for (const [guard, doubled] of [['none', 1], ['fence', 0], ['key', 0]]) {
    const outcomes = fault('sleep', guard)
    assert.ok(outcomes.every((outcome) => outcome.doubled <= 1 && / sleeps past the lease of /.test(outcome.news)), guard)
    // A successor that is still at work has not called: then neither a fence nor a key can refuse the sleeper, but the key refuses the successor.
    const typical = outcomes.filter((outcome) => outcome.doubled === doubled && /too late/.test(outcome.news))
    assert.ok(typical.length >= 16, `${guard}: ${typical.length}`)
  }
})

test('a fence does not refuse the repeat after a crash, a key does', () => {
  for (const [guard, doubled] of [['none', 1], ['fence', 1], ['key', 0]]) {
    const outcomes = fault('die', guard)
    assert.ok(outcomes.every((outcome) => outcome.doubled === doubled && /crashed after . took effect/.test(outcome.news)), guard)
  }
})

test('a paused worker goes on where it was when it is touched again', () => {
  const state = started({ crash: 0 }, 1)
  const place = state.world.workers.findIndex(({ attempt }) => attempt)
  const worker = state.world.workers[place]
  const touch = { type: 'touch', name: `worker:${place}` }
  act(state, touch)
  const { worked } = worker.attempt
  act(state, { ticks: 400 })
  assert.equal(worker.attempt.worked, worked)
  act(state, touch)
  act(state, { ticks: 1 })
  assert.equal(worker.attempt.worked, worked + 50)
})

test('the same seed and events are the same run', () =>
  fc.assert(
    fc.property(settings, fc.nat(9999), fc.array(happening, { maxLength: 15 }), (all, seed, happenings) => {
      const drawn = (state) => [invariants(state), view(state.world.queue), state.world.news]
      assert.deepEqual(drawn(run(all, seed, happenings)), drawn(run(all, seed, happenings)))
    }),
    { numRuns: 30 },
  ))

const rehearsed = (chosen, seed) => {
  const state = initial({ ...defaults, ...chosen }, seed)
  const all = [state.own, ...state.rehearsals]
  for (let tick = 0; tick < 1000 && !all.every(isOver); tick += 1) step(state, { type: 'tick' })
  assert.ok(all.every(isOver))
  return state
}

test('rehearsals have the same arrivals, whatever the lease, and every message is tried', () => {
  const state = initial(defaults, 3)
  for (let tick = 0; tick < 60; tick += 1) {
    step(state, { type: 'tick' })
    assert.equal(new Set(state.rehearsals.map(({ sent }) => sent)).size, 1)
  }
  for (const { sent, effects, queue } of rehearsed({}, 3).rehearsals) {
    assert.equal(sent, batch)
    assert.ok(effects + queue.dead.length >= batch)
  }
})

const bestLease = (costs) => leases[costs.indexOf(Math.min(...costs))]

test('with crashes the best lease is neither the shortest nor the longest; without, longer is never worse', () => {
  for (let seed = 1; seed <= 7; seed += 1) {
    const costs = rehearsed({}, seed).rehearsals.map(cost)
    const best = bestLease(costs)
    assert.ok(best >= 15 && best <= 60, `seed ${seed}: ${best}`)
    assert.ok(costs[0] > 10 * costs.at(-1))
    const calm = rehearsed({ crash: 0 }, seed).rehearsals.map(cost)
    assert.ok(calm.slice(1).every((value, place) => value <= calm[place]), `seed ${seed}: ${calm}`)
  }
})

test('crashes set the price of the best lease, handlers its place', () => {
  const seeds = [1, 2, 3, 4, 5, 6, 7]
  const all = (chosen) => seeds.map((seed) => rehearsed(chosen, seed).rehearsals.map(cost))
  const least = (runs) => runs.map((costs) => Math.min(...costs)).sort((a, b) => a - b)[3]
  const [some, many, slow] = [all({}), all({ crash: 20 }), all({ handler: 10 })]
  assert.ok([...some, ...many].map(bestLease).every((lease) => lease === 15 || lease === 30), `${some.map(bestLease)} ${many.map(bestLease)}`)
  assert.ok(slow.map(bestLease).every((lease) => lease === 60 || lease === 120), `${slow.map(bestLease)}`)
  assert.ok(least(many) > 2 * least(some), `${least(many)} ${least(some)}`)
})

test('a message has to outlive five short leases to be dead though done, so crashes hardly matter', () => {
  for (const crash of [0, 5]) {
    const { own } = rehearsed({ lease: 4, crash }, 1)
    assert.ok(buried(own) >= 40 && buried(own) <= 90, `${buried(own)}`)
  }
})

test('a lease that is set during the run costs what it costs among the others, which run on', () => {
  const state = rehearsed({ lease: 4 }, 4)
  const before = state.rehearsals.map(cost)
  step(state, { type: 'set', name: 'lease', value: 15 })
  assert.equal(cost(state.own), undefined)
  while (!isOver(state.own)) step(state, { type: 'tick' })
  assert.equal(cost(state.own), before[leases.indexOf(15)])
  assert.deepEqual(state.rehearsals.map(cost), before)
})

/** The presets of the text: what they set, and the news of the 13 seconds after them. */
const presets = Object.fromEntries(
  [...readFileSync(new URL('../index.md', import.meta.url), 'utf8').matchAll(/^([a-z]+): preset "[^"]*" (.*)$/gm)].map(([, name, words]) => {
    const given = Object.fromEntries(words.split(' ').map((word) => word.split('=')))
    const { seed = model.still.seed, do: doing, ...set } = given
    const valueOf = ([key, text]) => [key, typeof defaults[key] === 'number' ? Number(text) : text]
    const chosen = Object.fromEntries(Object.entries(set).map(valueOf))
    const news = []
    const state = run(chosen, Number(seed), [...(doing ? [{ type: 'do', name: doing }] : []), ...Array(260).fill({ ticks: 1 })], ({ world }) => {
      if (world.news !== news.at(-1)) news.push(world.news)
    })
    return [name, { chosen, seed: Number(seed), news: news.join('\n'), ...invariants(state) }]
  }),
)

test('the presets show what the text says about them', () => {
  const { short, calm, late, fenced, synced, bare } = presets
  assert.match(late.news, /sleeps past the lease of (.)\n.*Doubled effect of \1.*\n.*acks \1 too late: refused/)
  assert.equal(late.doubled, 1)
  assert.match(fenced.news, /crashed after (.) took effect\n.*Doubled effect of \1/)
  assert.equal(fenced.chosen.guard, 'fence')
  assert.match(synced.news, /Power cut: 3 lost, 1 done come back\n(.*\n)*.*Doubled effect/)
  assert.ok(bare.lost > 3 && bare.chosen.store === 'none')
  assert.equal(calm.chosen.crash, 0)
  const minutes = run(short.chosen, short.seed, [{ ticks: 6000 }])
  const { dead, queued } = invariants(minutes)
  assert.ok(dead >= 10 && buried(minutes.world) === dead && queued > 0, `${dead} ${queued}`)
})
