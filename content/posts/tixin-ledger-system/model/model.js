// The figure: three stacks of records, a scale that knows the real money, and the worker that does not.

import { arrow, box, count, dial, dot, h, label, lamp, stack, svg } from 'graven'

import { CAUSES, totals } from '../code/core.js'
import { booksOf, comingTo, has, HOLDS, initial, invariants, letterOf, PERIOD, PRICE, shownBook, step, ticketOf } from './core.js'

/** @typedef {import('./core.js').State} State */
/** @typedef {import('./core.js').Book} Book */

const CHECKS = ['1 balance = revenue − payouts', '2 balance = last entry', '3 credits = revenue', '4 debits = payouts']
/** Where things are. */
const REVENUE = { x: 1, width: 65 }
const LEDGER = { x: 112, width: 140 }
const PAYOUTS = { x: 259, width: 80 }
const STACKS = { y: 28, entries: 4 }
const SCALE = 170
const SWEEP = 246

/** @param {number} paise */
const rupees = (paise) => count(paise / 100)
/** @param {number} paise */
const signed = (paise) => `${paise < 0 ? '−' : '+'}₹${rupees(Math.abs(paise))}`
/** Millions in short: a column has nine digits' room. @param {number} paise */
const short = (paise) => (paise < 1e8 ? rupees(paise) : `${(paise / 1e8).toFixed(2)}m`)

/** @param {State} state */
const view = (state) => {
  const book = shownBook(state)
  const seen = invariants(state)
  return { drawing: drawing(state, book), outputs: outputs(seen), says: state.news || undefined }
}

/** @param {ReturnType<typeof invariants>} seen */
const outputs = ({ checks, error, blame, payable, alarms, sweeps, expected, invented }) => ({
  ...Object.fromEntries(checks.map((holds, place) => [`check${place + 1}`, lamp(holds)])),
  real: lamp(error === 0, error === 0 ? undefined : `${signed(error)}, ${blame}`),
  event: `₹${rupees(invented.event)}`,
  sale: `₹${rupees(invented.sale)}`,
  alarms: `${alarms} of ${sweeps} (${expected.toFixed(1)})`,
  payable: `₹${rupees(payable)}`,
})

/** @param {State} state @param {Book} book */
const drawing = (state, book) =>
  svg(340, 402, records(state, book), inFlight(state, book), scale(state, book), sweeps(state, book), diagnosis(state, book))

/** The three stacks, newest on top. @param {State} state @param {Book} book */
const records = (state, book) => {
  const { revenue, payouts, credits, debits } = totals(booksOf(state, book))
  const under = (/** @type {number} */ x, /** @type {string} */ title, /** @type {string} */ sum) => [
    label(x, 133, title),
    label(x, 150, sum, { size: 13, tone: 'soft' }),
  ]
  const newest = (/** @type {any[]} */ all) => all.slice(-STACKS.entries).reverse()
  return h(
    'g',
    { key: 'records' },
    stack({
      ...REVENUE,
      ...STACKS,
      key: 'revenue',
      entries: newest(state.sales).map(({ key, amount }) => ({ key, text: `${letterOf(key)} ${rupees(amount)}` })),
    }),
    stack({ ...LEDGER, ...STACKS, key: 'ledger', entries: newest(book.entries.map((entry, key) => ({ ...textOf(entry), key, mark: book.repaired.includes(entry) }))) }),
    stack({
      ...PAYOUTS,
      ...STACKS,
      key: 'payouts',
      touch: 'gateway',
      label: 'Payouts: the gateway pays, the database fails',
      entries: newest(state.payouts).map(({ key, approved, status }) => ({ key, text: rupees(approved) + (status === 'completed' ? '' : ' ?') })),
    }),
    under(REVENUE.x, 'Revenue', short(revenue)),
    under(LEDGER.x, 'Ledger', `+${short(credits)} −${short(debits)}`),
    under(PAYOUTS.x, 'Payouts', short(payouts)),
  )
}

/**
 * An entry with its running balance at the right. One without a key has no letter.
 *
 * @param {Book['entries'][number]} entry
 */
const textOf = (entry) => {
  const { side, amount, balanceAfter, type } = entry
  const what = type === 'restate' ? 'restate' : side < 0 ? `−${rupees(amount)}` : `${ticketOf(entry)} +${rupees(amount)}`
  const after = rupees(balanceAfter)
  return { text: what + '\u00a0'.repeat(Math.max(1, 13 - what.length - after.length)) + after }
}

/** Sales on their way, and payouts at the gateway. A hollow sale will change nothing. @param {State} state @param {Book} book */
const inFlight = (state, book) => {
  const { time, count: number, due, settings, flights, payouts } = state
  const toRight = !settings.first
  const fallsTo = toRight ? REVENUE.x + 33 : LEDGER.x + 70
  const comes = settings.rate ? (due * 60) / settings.rate : Infinity
  const dots = flights.slice(-8).flatMap(({ tickets, at, due: lands, first, lost }) =>
    tickets.map(({ key, letter }) => {
      const way = Math.min(1, Math.max(0, (time - at) / (lands - at || 1))) * (lost ? 0.5 : 1)
      const hollow = lost || (!first && has(book, key))
      return dot({ key, letter, hollow, x: first ? 104 - way * 30 : 74 + way * 30, y: 40 + (Number.parseInt(key.slice(1)) % 4) * 18 })
    }),
  )
  const inCorridor = flights.reduce((sum, { tickets }) => sum + tickets.length, 0)
  return h(
    'g',
    { key: 'flights' },
    h(
      'g',
      { key: 'way', touch: 'drop', label: 'The way between the two writes: lose the next one' },
      h('rect', { x: 67, y: 28, width: 44, height: 88, stroke: 'none', 'pointer-events': 'all' }),
      arrow({ x1: toRight ? 70 : 108, y1: 112, x2: toRight ? 108 : 70, y2: 112, dashed: state.losing, tone: 'soft' }),
    ),
    label(89, 150, inCorridor, { anchor: 'middle', size: 13, tone: 'soft' }),
    dots,
    comes < 6 && dot({ key: `s${number}`, letter: letterOf(`s${number}`), x: fallsTo, y: 21 - comes * 2.4 }),
    payouts
      .filter(({ pays }) => pays < Infinity)
      .map(({ key, at, pays }) => dot({ key, letter: 'P', x: PAYOUTS.x + 40, y: 20 - (12 * (time - at)) / (pays - at) })),
  )
}

/** The balance, with what is still to come, against the money that is really there. @param {State} state @param {Book} book */
const scale = (state, book) => {
  const coming = comingTo(state, book)
  const lean = Math.max(-12, Math.min(12, (book.error / PRICE) * 6))
  const [left, right] = [SCALE + lean, SCALE - lean]
  return h(
    'g',
    { key: 'scale' },
    h('path', { d: `M70 ${left}L270 ${right}M70 ${left}v10M270 ${right}v10M170 ${SCALE}l-8 14h16z` }),
    box({
      key: 'balance',
      x: 1,
      y: left + 10,
      width: 139,
      height: 38,
      title: 'balance',
      state: rupees(book.balance) + (coming ? ` + ${rupees(coming)}` : ''),
      touch: 'edit',
      label: 'The balance: edit it by hand',
    }),
    box({ x: 200, y: right + 10, width: 139, height: 38, title: 'real money', state: rupees(state.money) }),
    label(170, 206, book.error ? signed(book.error).replace('₹', '') : 'level', { anchor: 'middle', tone: book.error ? 'hue' : 'soft' }),
  )
}

/** Where the sweep of a column is. @param {Book} book @param {number} place */
const column = (book, place) => 332 - (book.sweeps.length - 1 - place) * 13

/** What the last sweeps saw and did. @param {State} state @param {Book} book */
const sweeps = (state, book) => {
  const last = book.sweeps.at(-1)
  const marks = { plus: '', minus: '', dots: '', healed: '', stopped: '' }
  book.sweeps.forEach(({ pattern, mark }, place) => {
    const x = column(book, place)
    pattern.split(' ').forEach((sign, row) => {
      const y = SWEEP + 20 + row * 17
      if (sign === '.') marks.dots += `M${x} ${y}h.01`
      else marks[sign === '+' ? 'plus' : 'minus'] += `M${x - 4} ${y}h8` + (sign === '+' ? `M${x} ${y - 4}v8` : '')
    })
    if (mark) marks[mark] += mark === 'healed' ? `M${x - 5} ${SWEEP + 4}l5 -9l5 9z` : `M${x - 4} ${SWEEP - 4}h8v8h-8z`
  })
  const rows = CHECKS.map((check, row) => {
    const sign = last?.pattern.split(' ')[row]
    // A card, whose fonts have no other cross, shows this drawing too.
    const shape = sign ? (sign === '.' ? '●' : '×') : '○'
    return label(1, SWEEP + 24 + row * 17, `${shape} ${check}`, { size: 13, tone: sign && sign !== '.' ? 'hue' : 'ink' })
  })
  return h(
    'g',
    { key: 'sweeps' },
    dial({
      key: 'dial',
      x: 13,
      y: SWEEP - 1,
      radius: 12,
      fraction: (state.time % PERIOD) / PERIOD,
      touch: 'sweep',
      label: 'Worker: sweep now',
    }),
    label(34, SWEEP + 4, last ? `sweep ${state.sweeps}: ${last.act}` : 'no sweep yet', { size: 13 }),
    rows,
    last && h('path', { class: 'faint', d: `M325.5 ${SWEEP - 8}h13v90h-13z` }),
    h('path', { class: 'hue', d: marks.plus + marks.minus, 'stroke-width': 2 }),
    h('path', { class: 'soft', d: marks.dots, 'stroke-width': 3, 'stroke-linecap': 'round' }),
    h('path', { class: 'hue', d: marks.healed, fill: 'currentColor' }),
    h('path', { d: marks.stopped }),
  )
}

/**
 * What the last alarm can mean, in the words of the article's core, and what has really gone wrong. It stays while later sweeps find nothing, because a
 * minute is too short to read it.
 *
 * @param {State} state
 * @param {Book} book
 */
const diagnosis = (state, book) => {
  const place = book.sweeps.findLastIndex(({ pattern }) => pattern !== HOLDS)
  const seen = book.sweeps[place]?.pattern
  // The figure has no refunds off revenue.
  const causes = seen ? (CAUSES[seen] ?? ['more than one fault']).filter((cause) => !cause.startsWith('Refund')) : []
  if (seen === (state.settings.first ? '+ . + .' : '- . - .')) causes.unshift('Sale in flight')
  const number = state.sweeps - book.sweeps.length + 1 + place
  return h(
    'g',
    { key: 'diagnosis' },
    causes.map((cause, row) => [
      label(1, 346 + row * 16, row ? 'or' : `${number} can be`, { size: 13, tone: 'soft' }),
      label(84, 346 + row * 16, cause, { size: 13 }),
    ]),
    label(1, 396, `really: ${state.fault || 'honest sales only'}`, { size: 13, tone: 'soft' }),
  )
}

export default {
  tick: 33,
  stride: 5,
  pace: '60 s pass in 2 s',
  initial,
  step,
  view,
  still: {
    settings: { rate: 6, gap: 10, grace: 0, blind: true, first: false, heal: 'event' },
    seed: 41,
    ticks: 72,
    events: [],
  },
}
