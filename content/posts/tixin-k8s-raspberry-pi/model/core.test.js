// What the article says about its model, and that the model runs what the article's tables are made of.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'
import { toText } from 'graven'

import { closed, open, simulate } from '../code/core/load.mjs'
import { answered, recovery, steps } from '../code/core/outage.mjs'
import { KINDS, PATIENCE, TICK, answeredOf, initial, invariants, now, step } from './core.js'
import model from './model.js'

const usual = model.still.settings
const changed = { ...usual, checks: true, dns: 'local', redis: 'free', toleration: 30 }

const touch = (board) => ({ type: 'touch', name: `board:${board}` })

/** Runs for so many seconds, and calls `look` after each tick. */
const run = (state, seconds, look = () => {}) => {
  for (let tick = 0; tick < seconds / TICK; tick++) {
    step(state, { type: 'tick' })
    look(state)
  }
  return state
}

const begin = (settings, seed = 1, ...events) => {
  const state = initial({ ...usual, ...settings }, seed)
  for (const event of events) step(state, event)
  return state
}

const changes = fc.oneof(
  fc.constantFrom('server', 'agent').map(touch),
  fc.constant({ type: 'do', name: 'restart' }),
  fc.record({ type: fc.constant('set'), name: fc.constant('checks'), value: fc.boolean() }),
  fc.record({ type: fc.constant('set'), name: fc.constant('dns'), value: fc.constantFrom('single', 'pair', 'local') }),
  fc.record({ type: fc.constant('set'), name: fc.constant('redis'), value: fc.constantFrom('server', 'agent', 'free') }),
  fc.record({ type: fc.constant('set'), name: fc.constant('replicas'), value: fc.constantFrom('one', 'anyway', 'strict') }),
  fc.record({ type: fc.constant('set'), name: fc.constant('toleration'), value: fc.constantFrom(0, 30, 300) }),
  fc.record({ type: fc.constant('set'), name: fc.constant('load'), value: fc.constantFrom('open', 'closed') }),
  fc.record({ type: fc.constant('set'), name: fc.constant('rate'), value: fc.constantFrom(1000, 8000, 16000) }),
  fc.record({ type: fc.constant('set'), name: fc.constant('connections'), value: fc.constantFrom(1, 6, 8, 1000) }),
  fc.record({ type: fc.constant('set'), name: fc.constant('size'), value: fc.constantFrom(1, 2, 32) }),
)
const history = fc.array(fc.tuple(fc.nat(60), changes), { maxLength: 14 })

test('whatever is pulled, plugged in and set, no dead board answers, and the control plane does nothing without power', () => {
  fc.assert(
    fc.property(fc.nat(99), history, (seed, events) => {
      const state = begin({}, seed)
      for (const [seconds, event] of events) {
        step(state, event)
        const { boards } = state.cluster.state
        let before = Object.values(boards).map(({ marked, evicted }) => `${marked} ${evicted}`)
        run(state, seconds, () => {
          const after = Object.values(boards).map(({ marked, evicted }) => `${marked} ${evicted}`)
          if (!boards.server.up) assert.deepEqual(after, before)
          before = after
        })
        const shares = answeredOf(state)
        assert.ok(KINDS.every((kind) => shares[kind] >= 0 && shares[kind] <= shares.page))
        if (!boards.server.power && !boards.agent.power) assert.equal(shares.page, 0)
        const { web } = state.cluster.state
        if (boards.server.up && seconds > 0) assert.equal(web.length, state.setup.replicas)
        assert.ok(state.load.rate <= 18_000 && state.load.wait <= PATIENCE && state.backlog >= 0)
      }
    }),
    { numRuns: 60 },
  )
})

/** The texts of a drawing, from where to where each goes if a letter is 0.6 of its size wide, and the parts that can be touched. */
const partsOf = (tree, left = 0, parts = { texts: [], names: [] }) => {
  const { touch, label, x = 0, transform = '', 'font-size': size = 14, 'text-anchor': anchor = 'start' } = tree.attributes
  const from = left + Number(/translate\((\S+)/.exec(transform)?.[1] ?? 0)
  if (touch) parts.names.push(label)
  if (tree.tag === 'text') {
    const text = tree.children.map((child) => child.text).join('')
    const width = [...text].length * size * 0.6
    const start = from + x - { start: 0, middle: width / 2, end: width }[anchor]
    parts.texts.push({ text, start, end: start + width })
  }
  for (const child of tree.children) if (child.tag) partsOf(child, from, parts)
  return parts
}

test('every state can be drawn: no text leaves the drawing, it has few elements, and no number is in the name of a board', () => {
  const loads = fc.record({ load: fc.constantFrom('open', 'closed'), connections: fc.constantFrom(1, 6, 8, 1000) })
  fc.assert(
    fc.property(fc.nat(99), loads, history, (seed, settings, events) => {
      const state = begin(settings, seed)
      for (const [seconds, event] of [[1, {}], ...events]) {
        step(state, event)
        run(state, seconds, ({ ticks }) => {
          if ((ticks * TICK) % 1) return
          const { drawing, outputs } = model.view(state)
          const { texts, names } = partsOf(drawing)
          for (const { text, start, end } of texts) assert.ok(start >= 0 && end <= 340, `“${text}” is from ${start} to ${end}`)
          assert.equal(names.length, 2)
          for (const name of names) assert.doesNotMatch(name, /\d/)
          const written = toText(drawing)
          assert.ok(written.match(/<[a-z]/g).length <= 150)
          assert.doesNotMatch(written + Object.values(outputs).join(), /NaN|Infinity|undefined/)
        })
      }
    }),
    { numRuns: 25 },
  )
})

/** The headline, and the words of the five clocks. */
const linesOf = (state) => {
  const { texts } = partsOf(model.view(state).drawing)
  const words = texts.map(({ text }) => text)
  const clocks = words.indexOf('address moves')
  return { headline: words[0], clocks: words.slice(clocks, clocks + 10).filter((_, place) => place % 2) }
}

/** What can be wrong with them. */
const checkLines = (state) => {
  const { boards } = state.cluster.state
  const { headline, clocks } = linesOf(state)
  const off = Object.keys(boards).filter((board) => !boards[board].power)
  const named = headline.match(/server|agent|both boards/)?.[0]
  assert.equal(named, off.length > 1 ? 'both boards' : off[0], headline)
  const answersAll = Object.keys(boards).every(state.cluster.serves)
  assert.equal(/All is well/.test(headline), invariants(state).answered && answersAll, headline)
  assert.equal(clocks.length, 5)
  for (const words of clocks) {
    assert.equal(words === '', answersAll, `“${words}” with ${off} off`)
    const [, passed, length] = words.match(/^(.*) of (.*) s$/) ?? [0, 0, 1]
    assert.ok(Number(passed) <= Number(length), words)
    assert.doesNotMatch(words, /not needed|-/)
  }
  if (off.length > 1) assert.doesNotMatch(clocks.join(), / of |not yet/)
}

test('whatever is touched, the headline names the boards without power, no clock passes its limit, and all is well only if it is', () => {
  fc.assert(
    fc.property(fc.nat(99), history, (seed, events) => {
      const state = begin({}, seed)
      for (const [seconds, event] of [[1, {}], ...events, ...['server', 'agent'].map((board) => [20, touch(board)])]) {
        step(state, event)
        if (event.type === 'touch') checkLines(run(state, TICK))
        run(state, seconds, (state) => (state.ticks % 3 ? undefined : checkLines(state)))
      }
    }),
    { numRuns: 30 },
  )
})

test('with both boards off nothing moves, a returned server watches the agent again, and then all is well again', () => {
  const state = run(begin({}, 1, touch('agent')), 10)
  step(state, touch('server'))
  assert.deepEqual(linesOf(run(state, 40)), {
    headline: '0:40 after both boards lost power',
    clocks: ['nowhere to go', 'no checks', 'nobody looks', 'nobody looks', 'bound to its disk'],
  })
  step(state, touch('server'))
  const { headline, clocks } = linesOf(run(state, 30))
  assert.equal(headline, '1:20 after the agent lost power')
  assert.match(clocks[2], /^(9|10) of 50 s$/)
  assert.match(model.view(state).outputs.answered, /✕ 50 % of pages, for 80.0 s/)
  step(state, touch('agent'))
  assert.match(linesOf(run(state, 20)).headline, /^0:20 after power came back$/)
  assert.match(linesOf(run(state, 20)).headline, /^All is well again, for 0:1\d$/)
})

test('no visit is drawn over a name', () => {
  let met = 0
  fc.assert(
    fc.property(fc.nat(99), history, (seed, events) => {
      const state = begin({ redis: 'agent', dns: 'pair' }, seed)
      for (const [seconds, event] of [[10, {}], ...events]) {
        step(state, event)
        run(state, Math.min(seconds, 8), () => {
          const written = toText(model.view(state).drawing)
          const names = [...written.matchAll(/y="(\d+)"[^>]*>(?:server|agent|ingress|web|web×2|Redis|DNS)</g)]
          const visits = [...written.matchAll(/translate\(([\d.]+) ([\d.]+)\)/g)].filter(([, x]) => x > 97)
          assert.ok(names.length >= 5)
          met += visits.length
          for (const [, x, y] of visits)
            for (const [name, line] of names) assert.ok(y - 7 > Number(line) + 3 || Number(y) + 7 < line - 10, `${x}, ${y} is over ${name}`)
        })
      }
    }),
    { numRuns: 10 },
  )
  assert.ok(met > 100)
})

test('the times of visits too few to be simulated are none', () => {
  for (const connections of [1, 6]) {
    const state = run(begin({ load: 'closed', connections }, 1, touch('agent')), 1)
    assert.ok(state.load.rate > 0)
    assert.equal(model.view(state).outputs.times, 'none')
  }
})

test('whatever has happened, with power on both boards and Redis where it can run, every visitor is answered after a while', () => {
  fc.assert(
    fc.property(fc.nat(99), history, (seed, events) => {
      const state = begin({}, seed)
      for (const [seconds, event] of events) {
        step(state, event)
        run(state, seconds)
      }
      for (const [board, { power }] of Object.entries(state.cluster.state.boards)) if (!power) step(state, touch(board))
      step(state, { type: 'set', name: 'rate', value: 1000 })
      assert.ok(invariants(run(state, 100)).answered)
    }),
    { numRuns: 60 },
  )
})

test('the same settings, seed and events are the same run, and neither load nor size changes what happens to the boards', () => {
  fc.assert(
    fc.property(fc.nat(99), history, (seed, events) => {
      const runs = [{}, {}, { load: 'closed', size: 8 }].map((settings) => {
        const state = begin(settings, seed)
        const met = []
        for (const [seconds, event] of events) {
          step(state, event)
          run(state, seconds, ({ visits }) => met.push(JSON.stringify(visits.at(-1))))
        }
        return { met, happened: JSON.stringify([state.outages, state.cluster.state]) }
      })
      assert.deepEqual(runs[0], runs[1])
      assert.equal(runs[0].happened, runs[2].happened)
    }),
    { numRuns: 25 },
  )
})

test('seconds that no phase can move have the shares of the table, in all six setups, whichever board dies', () => {
  for (const { name, setup } of steps()) {
    for (const dead of ['agent', 'server']) {
      const settings = { checks: setup.checks, dns: setup.dns, redis: setup.volume ? setup.redis : 'free', toleration: setup.toleration ?? 300 }
      const heals = recovery(dead, setup)
      const state = begin(settings, 5, touch(dead))
      run(state, 120, () => {
        const second = now(state)
        // The address is on the server, so it moves only if that dies.
        const isMoving = [[0, 9], [38, 57], [74, 92]].some(([from, to]) => second >= from && second <= to)
        if (!isMoving) assert.deepEqual(state.cluster.shares(), answered(second, heals), `${name}, the ${dead} dies, ${second} s`)
      })
    }
  }
})

test('when the agent dies half of all visits fail for 40 to 55 s, and its pods are evicted 300 s later', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const state = run(begin({}, seed, touch('agent')), 60)
    assert.ok(state.failing >= 40 && state.failing <= 55.2, `${state.failing} s`)
    assert.ok(Math.abs(run(state, 300).outages.agent.log.evicted - state.outages.agent.log.marked - 300) < 0.01)
  }
})

test('when the server dies no session is answered until it is back, and nothing is marked or evicted', () => {
  const state = begin({}, 1, touch('server'))
  run(state, 600)
  assert.deepEqual(state.cluster.shares(), { page: 0.5, session: 0, lookup: 0 })
  assert.deepEqual(Object.keys(state.outages.server.log), ['address'])
  step(state, touch('server'))
  assert.ok(invariants(run(state, 40)).answered)
})

test('without its control plane a cluster takes no order: Redis moves when the server is back', () => {
  const state = run(begin({}, 1, touch('server')), 10)
  step(state, { type: 'set', name: 'redis', value: 'agent' })
  run(state, 60)
  assert.equal(state.cluster.state.redis.board, 'server')
  step(state, touch('server'))
  assert.equal(run(state, 30).cluster.state.redis.board, 'agent')
})

test('after five changes the death of the server costs 8 s at most, unless Redis has stayed there', () => {
  let failed = 0
  run(begin(changed, 1, touch('server')), 60, ({ fails }) => (failed += fails ? TICK : 0))
  assert.ok(failed > 0 && failed <= 8.2, `${failed} s`)
  const restarts = (events) => {
    const state = run(begin(changed, 1, touch('agent')), 100)
    step(state, touch('agent'))
    run(state, 60)
    for (const event of events) step(state, event)
    run(state, 20)
    step(state, touch('server'))
    return run(state, 60).cluster.shares().session
  }
  assert.deepEqual([restarts([]), restarts([{ type: 'do', name: 'restart' }])], [0, 1])
})

test('ScheduleAnyway leaves both replicas on one board for good, DoNotSchedule brings one back', () => {
  const boardsAfter = (replicas) => {
    const state = run(begin({ replicas, toleration: 30 }, 1, touch('agent')), 100)
    step(state, touch('agent'))
    return run(state, 60).cluster.state.web.map(({ board }) => board).sort()
  }
  assert.deepEqual(boardsAfter('anyway'), ['server', 'server'])
  assert.deepEqual(boardsAfter('strict'), ['agent', 'server'])
})

test('with both boards, rates and times are those of the simulation behind the tables', () => {
  const { p99, rate } = begin({ load: 'closed', connections: 8 }).load
  assert.deepEqual([rate, p99], [simulate(closed(8)).rate, simulate(closed(8)).p99])
  assert.equal(begin({ rate: 16_000 }).load.p99, simulate(open(16_000)).p99)
})

test('of the same outage a thousand connections count 4,263 failures, visitors at 8,000/s 170,500', () => {
  const failedOf = (settings) => Math.round(run(begin(settings, 1, touch('agent')), 60).failed)
  assert.deepEqual([failedOf({ load: 'closed' }), failedOf({})], [4263, 170_500])
})

test('at 16,000/s the survivor answers everyone for 14 s after the endpoints are out, and then 42 % give up', () => {
  const state = begin({ rate: 16_000 }, 1, touch('agent'))
  const calm = []
  run(state, 100, () => invariants(state).answered && calm.push(now(state)))
  assert.ok(Math.abs(calm.length * TICK - 14) < 0.5, `${calm.length * TICK} s`)
  assert.equal(Math.round(100 * (1 - answeredOf(state).page)), 42)
})
