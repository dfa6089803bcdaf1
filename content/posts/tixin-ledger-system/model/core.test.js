// The running figure against the article: its faults against the table that PostgreSQL yielded, its luck against the formulas.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import fc from 'fast-check'

import { checks, decide, differences, falseAlarm, inventedTickets, LIMITS, pattern, payable, totals } from '../code/core.js'
import { booksOf, close, comingTo, HEALERS, initial, invariants, PERIOD, PRICE, step } from './core.js'
import model from './model.js'

/** No sales arrive, and none is in flight at a sweep. */
const quiet = { rate: 0, gap: 0, grace: 60, blind: true, first: false, heal: 'sale' }
const busy = { ...quiet, rate: 6, gap: 10, grace: 0 }

const ticks = (state, number) => {
  for (let n = 0; n < number; n += 1) step(state, { type: 'tick' })
  return state
}
const press = (state, ...names) => {
  for (const name of names) step(state, { type: 'do', name })
  return state
}
const bookOf = (state, healer) => state.books.find((book) => book.healer === healer)
const rupees = (paise) => paise / 100

const published = readFileSync(new URL('../results/syndromes.csv', import.meta.url), 'utf8')
const rows = Object.fromEntries(
  [...published.matchAll(/^[a-z ]+,"(.*?)",([^,]*),([^,]*),([^,]*),[^,]*,(-?\d+),(-?\d+),/gm)].map(([, fault, before, after, verdict, wrong, rest]) => [
    fault,
    { before, after, verdict, wrong: Number(wrong), rest: Number(rest) },
  ]),
)

/** A sale is on its way when a fault is injected that waits for the next one. */
const withSale = (settings, ...names) => {
  const state = press(initial({ ...settings, rate: 60 }, 1), ...names)
  const before = state.count
  while (state.count === before) step(state, { type: 'tick' })
  step(state, { type: 'set', name: 'rate', value: 0 })
  return ticks(state, 3)
}

/** The same race, won by either. */
const raced = (settings, isFirst) => {
  for (let seed = 1; ; seed += 1) {
    const state = press(initial(settings, seed), 'race')
    if ((state.flights[0].last === state.flights[0].tickets[0].key) === isFirst) return ticks(state, 1)
  }
}

const faults = {
  'Lost: entry and balance': () => withSale(quiet, 'drop'),
  'Lost: revenue record': () => withSale({ ...quiet, first: true }, 'drop'),
  'Race: blind writes': () => raced(quiet, false),
  'Race: blind, first entry last': () => raced(quiet, true),
  'Race: balance + x': () => raced({ ...quiet, blind: false }, false),
  'Edit: mistake': () => press(initial(quiet, 1), 'edit'),
  'Edit: mistake, then a sale': () => withSale(quiet, 'edit'),
  'Edit: after a cash refund': () => press(initial(quiet, 1), 'cash'),
  'Paid: debit and balance lost': () => ticks(press(initial(quiet, 1), 'debit'), 12),
  'Paid, not completed': () => ticks(press(initial(quiet, 1), 'gateway'), 12),
  'Sale counted twice': () => withSale(quiet, 'twice'),
}

for (const [fault, inject] of Object.entries(faults)) {
  test(`${fault}: pattern, verdict and errors are those of PostgreSQL`, () => {
    const state = inject()
    const book = bookOf(state, 'sale')
    const seen = { before: pattern(checks(totals(booksOf(state, book)))), wrong: rupees(book.error) }
    // The table's sales are an hour old, so that no grace protects them.
    step(state, { type: 'set', name: 'grace', value: 0 })
    press(state, 'sweep')
    const after = pattern(checks(totals(booksOf(state, book))))
    assert.deepEqual({ ...seen, after, verdict: book.verdict, rest: rupees(book.error) }, rows[fault])
    const made = Math.max(0, rows[fault].rest) - Math.max(0, rows[fault].wrong)
    assert.equal(rupees(book.invented), Math.max(0, made))
  })
}

const settings = fc.record({
  rate: fc.integer({ min: 1, max: 60 }), gap: fc.integer({ min: 0, max: 30 }), grace: fc.integer({ min: 0, max: 120 }),
  blind: fc.boolean(), first: fc.boolean(), heal: fc.constantFrom(...HEALERS),
})
const names = ['drop', 'twice', 'race', 'edit', 'cash', 'debit', 'gateway', 'sweep']
const doing = fc.constantFrom(...names).map((name) => ({ type: 'do', name }))
const setting = settings.chain((some) => fc.constantFrom(...Object.keys(some)).map((name) => ({ type: 'set', name, value: some[name] })))
const waiting = fc.integer({ min: 1, max: 90 })
const events = fc.array(fc.oneof(doing, setting, waiting), { maxLength: 25 })

const run = (state, list) => {
  for (const event of list) if (typeof event === 'number') ticks(state, event)
    else step(state, event)
  return state
}
const summary = (state) => JSON.stringify({ ...state, arrivals: 0, races: 0 })

test('the same settings, seed and events are the same run', () => {
  fc.assert(fc.property(settings, fc.nat(), events, (some, seed, list) => {
    assert.equal(summary(run(initial(some, seed), list)), summary(run(initial(some, seed), list)))
  }), { numRuns: 40 })
})

test('the still shows a healer that has appended a sale in flight', () => {
  const { settings: chosen, seed, ticks: shown } = model.still
  const book = bookOf(ticks(initial(chosen, seed), shown), chosen.heal)
  assert.deepEqual([rupees(book.error), book.sweeps.map(({ act }) => act)], [500, ['appended ? +500']])
})

test('which healer is shown changes no book', () => {
  fc.assert(fc.property(settings, fc.nat(), events, (some, seed, list) => {
    const books = (heal) => JSON.stringify(run(initial({ ...some, heal }, seed), list.filter((event) => event.name !== 'heal')).books)
    assert.equal(books('off'), books('sale'))
  }), { numRuns: 30 })
})

test('without faults the healer by sale and no healer are never wrong, whatever is changed, and no healer loses money', () => {
  const changes = fc.array(fc.oneof(setting, waiting), { maxLength: 25 })
  fc.assert(fc.property(settings, fc.nat(), changes, (some, seed, list) => {
    const state = initial(some, seed)
    for (const event of list) {
      run(state, [event])
      for (const healer of ['off', 'sale']) assert.equal(bookOf(state, healer).error, 0, healer)
    }
    for (const book of state.books) assert.deepEqual([book.destroyed, Math.min(book.error, 0)], [0, 0])
  }), { numRuns: 60 })
})

/** The real money by what was sold and paid, without the figure's sum: sales cost 500, the second of a race 700, and a payout leaves after ten seconds. */
const account = (state) => {
  const [opening, sold] = [600_000, state.count]
  const payouts = new Map()
  const pressed = { race: 0, cash: 0 }
  const look = () => {
    for (const { key, at, approved, pays } of state.payouts) if (pays < Infinity) payouts.set(key, { at, approved })
  }
  return {
    run: (event) => {
      if (event.name in pressed) pressed[event.name] += 1
      for (let n = 0; n < (event.type ? 1 : event); n += 1) {
        run(state, [event.type ? event : 1])
        look()
      }
    },
    money: () => {
      const paid = [...payouts.values()].filter(({ at }) => at + 10 <= state.time)
      const sales = 50_000 * (state.count - sold) + 20_000 * pressed.race
      return opening + sales - 50_000 * pressed.cash - paid.reduce((sum, { approved }) => sum + approved, 0)
    },
  }
}

test('the error of a balance is the money that it lacks or has too much, after any faults', () => {
  fc.assert(fc.property(settings, fc.nat(), events, (some, seed, list) => {
    const state = initial(some, seed)
    const bank = account(state)
    for (const event of [...list, { type: 'set', name: 'rate', value: 0 }, 30]) {
      bank.run(event)
      for (const book of state.books) {
        assert.equal(book.error, book.balance + comingTo(state, book) - bank.money(), book.healer)
        assert.equal(book.error !== 0, book.blame !== '')
      }
    }
    // What was in flight has landed or is lost.
    for (const book of state.books) assert.equal(book.error, book.balance - bank.money(), book.healer)
  }), { numRuns: 60 })
})

test('summing old records changes no check, no difference and no decision', () => {
  fc.assert(fc.property(settings, fc.nat(), events, (some, seed, list) => {
    const state = ticks(run(initial(some, seed), list), 200)
    const look = () => state.books.map((book) => {
      const books = booksOf(state, book)
      const { verdict, missing, drift, stale } = decide(books, state.time, { ...LIMITS, settle: 0 })
      return { totals: totals(books), differences: differences(books), verdict, missing, drift, stale }
    })
    const before = look()
    const records = state.sales.length
    close(state, 0)
    assert.deepEqual(look(), before)
    assert.ok(state.sales.length <= records)
  }), { numRuns: 40 })
})

test('a long busy run keeps few records', () => {
  const state = ticks(initial({ ...busy, rate: 60 }, 1), 100 * PERIOD)
  assert.ok(state.count > 5000 && state.sales.length < 400, `${state.count} sales, ${state.sales.length} kept`)
})

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
const seeds = Array.from({ length: 400 }, (_, seed) => seed)

test('the healer by event invents the most it saw in flight, as the formula says', () => {
  const sweeps = 12
  const invented = mean(seeds.map((seed) => bookOf(ticks(initial(busy, seed), sweeps * PERIOD), 'event').invented / PRICE))
  const expected = inventedTickets((busy.rate / 60) * busy.gap, sweeps)
  assert.ok(Math.abs(invented / expected - 1) < 0.05, `${invented}, expected ${expected}`)
})

test('honest sales fail as many audits as the formula says', () => {
  const alarms = mean(seeds.map((seed) => bookOf(ticks(initial(busy, seed), 5 * PERIOD), 'sale').alarms / 5))
  const expected = falseAlarm(busy.rate / 60, busy.gap)
  assert.ok(Math.abs(alarms / expected - 1) < 0.05, `${alarms}, expected ${expected}`)
})

test('by event, a ledger written first invents nothing, and waiting neither invents nor heals', () => {
  const after = (changed) => seeds.slice(0, 60).map((seed) => ticks(press(initial({ ...busy, ...changed }, seed), 'drop'), 10 * PERIOD))
  const invented = (states) => mean(states.map((state) => bookOf(state, 'event').invented))
  assert.ok(invented(after({})) > PRICE)
  assert.equal(invented(after({ first: true })), 0)
  const waits = after({ rate: 20, grace: 60 })
  assert.equal(invented(waits), 0)
  for (const state of waits) assert.deepEqual([bookOf(state, 'event').error, bookOf(state, 'sale').error], [-PRICE, 0])
})

test('the gate answers for the books that are shown as they are', () => {
  fc.assert(fc.property(settings, fc.nat(), events, (some, seed, list) => {
    const state = initial(some, seed)
    for (const event of list) {
      run(state, [event])
      assert.equal(state.payable, payable(booksOf(state, bookOf(state, state.settings.heal))))
    }
  }), { numRuns: 30 })
})

test('more than twenty sales in flight stop the healer by sale', () => {
  const state = initial({ ...busy, rate: 60, gap: 30 }, 1)
  ticks(state, PERIOD)
  assert.equal(bookOf(state, 'sale').verdict, 'stopped: ceiling')
})

test('what is displayed follows the last sweep of the healer that is shown', () => {
  const state = initial(quiet, 1)
  assert.deepEqual(invariants(state).checks, [undefined, undefined, undefined, undefined])
  press(state, 'edit', 'sweep')
  const { checks: lamps, error, invented } = invariants(state)
  assert.deepEqual([lamps, error, invented], [[false, false, true, true], 0, { event: 0, sale: 0 }])
  step(state, { type: 'set', name: 'heal', value: 'off' })
  assert.deepEqual([invariants(state).error, invariants(state).blame], [30_000, 'edit'])
})
