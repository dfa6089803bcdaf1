// The running of time around the article's own core: sales and payouts arrive, a worker sweeps every minute, faults are injected. Three healers keep
// a ledger each over the same sales, so that all have the same luck. Checks, repairs and gate are those of ../code/core.js.
//
// Amounts are paise, times seconds; a tick is a second.

import { stream } from 'graven'

import { checks, decide, falseAlarm, LIMITS, pattern, payable, repair, repairByEvent, totals } from '../code/core.js'

/**
 * @typedef {import('../code/core.js').Sale} Sale
 * @typedef {import('../code/core.js').Payout} Payout
 * @typedef {import('../code/core.js').Entry} Entry
 * @typedef {{ rate: number, gap: number, grace: number, blind: boolean, first: boolean, heal: string }} Settings rate: sales a minute
 * @typedef {{ key: string, letter: string, amount: number }} Ticket
 * @typedef {{ tickets: Ticket[], at: number, due: number, first: boolean, lost: boolean, last: string }} Flight a sale between its two writes;
 *   `last` is set if two race: whose update of the balance comes last
 * @typedef {{ time: number, pattern: string, act: string, mark: 'healed' | 'stopped' | '' }} Sweep
 * @typedef {{ healer: string, balance: number, entries: Entry[], invented: number, destroyed: number, error: number, blame: string, alarms: number,
 *   sweeps: Sweep[], verdict: string, repaired: Entry[] }} Book `error`: the balance, with what is still to come, minus the real money; `blame`: what
 *   made it wrong; `repaired`: the newest entries that the healer has appended
 * @typedef {{ settings: Settings, time: number, arrivals: () => number, races: () => number, due: number, count: number, money: number, sales: Sale[],
 *   payouts: (Payout & { pays: number, fails: string })[], flights: Flight[], books: Book[], losing: boolean, doubling: boolean, sweeps: number,
 *   expected: number, news: string, fault: string, payable: number, hasChanged: boolean }} State `expected`: false alarms; `news`: what is to be said;
 *   `fault`: the newest one; `payable`: by the gate, from the books that are shown
 * @typedef {{ type: 'tick' } | { type: 'set', name: string, value: number | boolean | string } | { type: 'do' | 'touch', name: string }
 *   | { type: 'drop', name: string, on: string }} Event
 */

/** As Tixin's worker. */
export const PERIOD = 60
/** The amounts of the article's faults. */
export const PRICE = 50_000
const SECOND_PRICE = 70_000
const PAYOUT = 200_000
const MISTAKE = 30_000
/** Assumed: how often the organiser is paid, how long the gateway takes, and what stays on the account. */
const PAYDAY = 120
const GATEWAY = 10
const RESERVE = 500_000
/** Sweeps that a book remembers. */
const REMEMBERED = 6
/** How long records are kept apart, more than any grace, and how many may be older before they are summed. */
const OPEN = 3 * PERIOD
const KEPT = 40

/** None, the first design, and the article's. */
export const HEALERS = ['off', 'event', 'sale']
const EVENT = 'e1'
const LETTERS = 'ABCDEFGHJKLMNOPQRSTUVWXYZ'

/** @param {State} state */
const wait = (state) => -Math.log(1 - state.arrivals())

/**
 * @param {Settings} settings
 * @param {number} seed
 * @returns {State}
 */
export const initial = (settings, seed) => {
  // Books that agree: three sales and a payout of an hour ago.
  const at = -3600
  /** @type {State} */
  const state = {
    settings: { ...settings },
    time: 0,
    arrivals: stream(seed, 'arrivals'),
    races: stream(seed, 'races'),
    due: 0,
    count: 0,
    money: 0,
    sales: [],
    payouts: [],
    flights: [],
    books: HEALERS.map((healer) => ({
      healer, balance: 0, entries: [], invented: 0, destroyed: 0, error: 0, blame: '', alarms: 0, sweeps: [], verdict: '', repaired: [],
    })),
    losing: false,
    doubling: false,
    sweeps: 0,
    expected: 0,
    news: '',
    fault: '',
    payable: 0,
    hasChanged: true,
  }
  for (const amount of [600_000, PRICE, PRICE]) {
    const ticket = nextTicket(state, amount)
    state.money += amount
    state.sales.push({ key: ticket.key, event: EVENT, amount, at })
    for (const book of state.books) post(book, ticket)
  }
  state.payouts.push({ key: 'p0', status: 'processing', approved: 100_000, at, pays: at, fails: '' })
  settlePayouts(state)
  // Counted in mean waits, so that another rate needs no other random numbers.
  state.due = wait(state)
  ask(state)
  return state
}

/**
 * @param {State} state
 * @param {Event} event
 */
export const step = (state, event) => {
  if (event.type === 'tick') tick(state)
  if (event.type === 'set') {
    Object.assign(state.settings, { [event.name]: event.value })
    state.hasChanged = true
  }
  if (event.type === 'do' || event.type === 'touch') actions[event.name]?.(state)
  ask(state)
  return state
}

/**
 * Asks the gate, which compares every key: only if there is something new.
 *
 * @param {State} state
 */
const ask = (state) => {
  if (state.hasChanged) state.payable = payable(booksOf(state, shownBook(state)))
  state.hasChanged = false
}

/** @param {State} state @param {string} fault */
const fail = (state, fault) => {
  state.fault = fault
  state.news = fault
}

/** @type {Record<string, (state: State) => void>} */
const actions = {
  drop: (state) => {
    state.losing = true
    fail(state, 'the next second write will be lost')
  },
  twice: (state) => {
    state.doubling = true
    fail(state, 'the next sale will be counted twice')
  },
  race: (state) => {
    const tickets = [nextTicket(state, PRICE), nextTicket(state, SECOND_PRICE)]
    sell(state, tickets, state.time, tickets[state.races() < 0.5 ? 0 : 1].key)
  },
  edit: (state) => {
    for (const book of state.books) book.balance += MISTAKE
    fail(state, 'a mistaken edit of the balance')
    settle(state, 'edit')
  },
  cash: (state) => {
    state.money -= PRICE
    for (const book of state.books) book.balance -= PRICE
    fail(state, 'refund in cash, balance edited')
    settle(state, 'cash')
  },
  debit: (state) => {
    beginPayout(state, PAYOUT, 'debit')
    fail(state, 'the debit of a payout will be lost')
  },
  gateway: (state) => {
    beginPayout(state, PAYOUT, 'status')
    fail(state, 'the gateway will not answer')
  },
  sweep: (state) => sweep(state),
}

/** @param {State} state */
const tick = (state) => {
  const until = state.time + 1
  const rate = state.settings.rate / 60
  // Arrivals have exact times within the tick.
  while (state.due < rate) {
    const at = state.time + state.due / rate
    state.due += wait(state)
    sell(state, [nextTicket(state, PRICE)], at, '')
  }
  state.due -= rate
  state.time = until
  if (until % PAYDAY === 0) beginPayout(state, Math.floor((state.money - RESERVE) / 100_000) * 100_000, '')
  land(state)
  settlePayouts(state)
  if (until % PERIOD === 0) sweep(state)
}

/**
 * @param {State} state
 * @param {number} amount
 * @returns {Ticket}
 */
const nextTicket = (state, amount) => {
  const number = state.count++
  return { key: `s${number}`, letter: letterOf(`s${number}`), amount }
}

/**
 * The letter of a sale, which returns after 25 sales.
 *
 * @param {string} key
 */
export const letterOf = (key) => LETTERS[Number.parseInt(key.slice(1)) % LETTERS.length] ?? '?'

/**
 * The buyer has paid: the first write. The second comes a gap later.
 *
 * @param {State} state
 * @param {Ticket[]} tickets
 * @param {number} at
 * @param {string} last
 */
const sell = (state, tickets, at, last) => {
  const { gap, first } = state.settings
  const flight = { tickets, at, due: at + gap, first, lost: state.losing, last }
  state.losing = false
  state.flights.push(flight)
  for (const { amount } of tickets) state.money += amount
  if (first) writeLedger(state, flight)
  else writeRevenue(state, flight, at)
  const letters = tickets.map((ticket) => ticket.letter).join(' and ')
  if (last) fail(state, `sales ${letters} race`)
  if (flight.lost) fail(state, `the second write of ${letters} is lost`)
  settle(state, `sale ${letters}`)
}

/**
 * The second writes that are due.
 *
 * @param {State} state
 */
const land = (state) => {
  for (const flight of state.flights.filter(({ due }) => due <= state.time)) {
    state.flights.splice(state.flights.indexOf(flight), 1)
    if (flight.lost) continue
    if (flight.first) writeRevenue(state, flight, flight.due)
    else writeLedger(state, flight)
    settle(state, `${flight.last ? 'race' : 'sale'} ${flight.tickets.map(({ letter }) => letter).join(' and ')}`)
  }
}

/**
 * @param {State} state
 * @param {Flight} flight
 * @param {number} at
 */
const writeRevenue = (state, { tickets }, at) => {
  for (const { key, letter, amount } of tickets) {
    state.sales.push({ key, event: EVENT, amount, at })
    if (state.doubling) {
      state.sales.push({ key: `${key}-again`, event: EVENT, amount, at })
      state.doubling = false
      fail(state, `sale ${letter} is counted twice`)
    }
  }
}

/**
 * @param {State} state
 * @param {Flight} flight
 */
const writeLedger = (state, { tickets, last }) => {
  for (const book of state.books) {
    // Two that race have read the same balance.
    const read = book.balance
    const posted = tickets.filter((ticket) => post(book, ticket, last ? read : book.balance))
    const winner = posted.find(({ key }) => key === last) ?? posted.at(-1)
    if (last && state.settings.blind && winner) book.balance = read + winner.amount
  }
}

/**
 * Whether a key is posted: then its writer is refused.
 *
 * @param {Book} book
 * @param {string} key
 */
export const has = (book, key) => book.entries.some((entry) => entry.key === key)

/**
 * A key is posted once: false if it has been.
 *
 * @param {Book} book
 * @param {Ticket} ticket
 * @param {number} [read] the balance that the writer has read
 */
const post = (book, { key, amount }, read = book.balance) => {
  if (has(book, key)) return false
  book.entries.push({ side: 1, amount, balanceAfter: read + amount, type: 'event-revenue', ref: EVENT, key })
  book.balance += amount
  return true
}

/**
 * @param {State} state
 * @param {number} approved
 * @param {string} fails what does not arrive: the debit, or any answer of the gateway
 */
const beginPayout = (state, approved, fails) => {
  if (approved <= 0) return
  state.hasChanged = true
  state.payouts.push({ key: `p${state.time}-${state.payouts.length}`, status: 'processing', approved, at: state.time, pays: state.time + GATEWAY, fails })
}

/**
 * The gateway pays. Status and debit change together, if they change.
 *
 * @param {State} state
 */
const settlePayouts = (state) => {
  for (const payout of state.payouts) {
    if (payout.pays > state.time) continue
    const { key, approved, fails } = payout
    payout.pays = Infinity
    state.money -= approved
    if (fails !== 'status') payout.status = 'completed'
    if (!fails) {
      for (const book of state.books) {
        book.entries.push({ side: -1, amount: approved, balanceAfter: book.balance - approved, type: 'payout', ref: key, key })
        book.balance -= approved
      }
    }
    if (fails) fail(state, fails === 'status' ? 'gateway paid, database failed' : 'the debit of a payout is lost')
    settle(state, fails === 'status' ? 'gateway' : 'payout')
  }
}

/**
 * The state of the article's core, in one healer's books.
 *
 * @param {State} state
 * @param {Book} book
 */
export const booksOf = ({ sales, payouts }, { balance, entries }) => ({ balance, sales, payouts, entries })

/** @param {State} state */
export const shownBook = ({ books, settings }) => books[HEALERS.indexOf(settings.heal)] ?? books[0]

/**
 * What writers will still add to the balance.
 *
 * @param {State} state
 * @param {Book} book
 */
export const comingTo = ({ flights }, book) => {
  let sum = 0
  for (const { tickets, first, lost } of flights) {
    for (const { key, amount } of tickets) if (!first && !lost && !has(book, key)) sum += amount
  }
  return sum
}

/**
 * Remembers what made a balance right or wrong.
 *
 * @param {State} state
 * @param {string} cause
 */
const settle = (state, cause) => {
  state.hasChanged = true
  for (const book of state.books) {
    const error = book.balance + comingTo(state, book) - state.money
    if (error !== book.error) book.blame = error ? cause : ''
    book.error = error
  }
}

/** @param {number} before @param {number} after */
const growth = (before, after) => Math.max(0, Math.max(0, after) - Math.max(0, before))

/** @param {State} state */
const sweep = (state) => {
  const { time, settings } = state
  state.sweeps += 1
  state.expected += falseAlarm(settings.rate / 60, settings.gap)
  for (const book of state.books) {
    const before = booksOf(state, book)
    const seen = pattern(checks(totals(before)))
    if (seen !== HOLDS && landedPattern(state, book) === HOLDS) book.alarms += 1
    const [verdict, after] = healed(book.healer, before, time, settings.grace)
    book.balance = after.balance
    book.entries = after.entries
    book.verdict = verdict
    book.repaired = [...book.repaired, ...after.entries.slice(before.entries.length)].slice(-REMEMBERED)
    const error = book.balance + comingTo(state, book) - state.money
    book.invented += growth(book.error, error)
    book.destroyed += growth(-book.error, -error)
    /** @type {Sweep['mark']} */
    const mark = after !== before ? 'healed' : verdict.startsWith('stopped') ? 'stopped' : ''
    book.sweeps = [...book.sweeps, { time, pattern: seen, act: actOf(before, after, verdict), mark }].slice(-REMEMBERED)
  }
  settle(state, `sweep ${state.sweeps}`)
  const last = shownBook(state).sweeps.at(-1)
  state.news = last && last.pattern !== HOLDS ? `Sweep ${state.sweeps}: ${last.act}` : ''
  close(state)
}

/**
 * What a repair did, in words.
 *
 * @param {import('../code/core.js').State} before
 * @param {import('../code/core.js').State} after
 * @param {string} verdict
 */
const actOf = (before, after, verdict) => {
  if (after === before) return verdict
  const added = after.entries.slice(before.entries.length)
  const amount = added.reduce((sum, entry) => sum + entry.side * entry.amount, 0)
  if (amount) return `appended ${added.length > 1 ? added.length : ticketOf(added[0])} ${signed(amount)}`
  return after.balance === before.balance ? 'restated' : `balance ${signed(after.balance - before.balance)}`
}

/**
 * The letter on an entry. What a healer appends by event has no key, and no letter.
 *
 * @param {Entry} entry
 */
export const ticketOf = ({ side, key }) => (side < 0 ? 'P' : key ? letterOf(key) : '?')

/** @param {number} paise */
const signed = (paise) => `${paise < 0 ? '−' : '+'}${Math.abs(paise / 100).toLocaleString('en')}`

export const HOLDS = '. . . .'

/**
 * The pattern if every sale in flight had landed: without one, the alarm was false.
 *
 * @param {State} state
 * @param {Book} book
 */
const landedPattern = (state, book) => {
  const t = totals(booksOf(state, book))
  for (const { tickets, first, lost } of state.flights) {
    if (lost) continue
    for (const { key, amount } of tickets) {
      if (first) t.revenue += amount
      else if (!has(book, key)) for (const name of /** @type {const} */ (['balance', 'tip', 'credits'])) t[name] += amount
    }
  }
  return pattern(checks(t))
}

/**
 * @param {string} healer
 * @param {import('../code/core.js').State} books
 * @param {number} now
 * @param {number} grace
 * @returns {[verdict: string, after: import('../code/core.js').State]}
 */
const healed = (healer, books, now, grace) => {
  if (healer === 'off') return ['no healer', books]
  if (healer === 'sale') {
    const decision = decide(books, now, { ...LIMITS, settle: grace })
    return [decision.verdict, repair(books, decision)]
  }
  const after = repairByEvent(books, now, grace)
  const isSame = after.balance === books.balance && after.entries.length === books.entries.length
  return isSame ? ['nothing due', books] : ['healed', after]
}

/**
 * Closes the books: what every ledger has posted as it was sold or paid, and some minutes ago, is summed into one opening pair. Checks and repairs
 * are the same before and after, and a long run stays fast.
 *
 * @param {State} state
 */
export const close = (state, kept = KEPT) => {
  if (state.sales.length <= kept) return
  const before = state.time - OPEN
  // The newest entry stays: its running balance is what check 2 reads.
  const posted = state.books.map(({ entries }) => new Map(entries.slice(0, -1).map(({ key, amount }) => [key, amount])))
  const isPosted = (/** @type {string} */ key, /** @type {number} */ amount) => posted.every((amounts) => amounts.get(key) === amount)
  const sales = state.sales.filter(({ key, at, amount }) => at <= before && isPosted(key, amount))
  const payouts = state.payouts.filter(({ key, at, status, approved }) => status === 'completed' && at <= before && isPosted(key, approved))
  if (sales.length + payouts.length <= kept) return
  const closed = new Set([...sales, ...payouts].map(({ key }) => key))
  const sum = (/** @type {number[]} */ amounts) => amounts.reduce((total, amount) => total + amount, 0)
  const sold = sum(sales.map(({ amount }) => amount))
  const paid = sum(payouts.map(({ approved }) => approved))
  const suffix = String(state.time)
  /** @type {Entry[]} */
  const opening = []
  if (sold) opening.push({ side: 1, amount: sold, balanceAfter: sold, type: 'event-revenue', ref: EVENT, key: `s0-${suffix}` })
  if (paid) opening.push({ side: -1, amount: paid, balanceAfter: sold - paid, type: 'payout', ref: `p0-${suffix}`, key: `p0-${suffix}` })
  state.sales = state.sales.filter(({ key }) => !closed.has(key))
  state.payouts = state.payouts.filter(({ key }) => !closed.has(key))
  if (sold) state.sales.unshift({ key: `s0-${suffix}`, event: EVENT, amount: sold, at: before })
  if (paid) state.payouts.unshift({ key: `p0-${suffix}`, status: 'completed', approved: paid, at: before, pays: Infinity, fails: '' })
  for (const book of state.books) book.entries = [...opening, ...book.entries.filter(({ key }) => !closed.has(String(key)))]
}

/** @param {State} state */
export const invariants = (state) => {
  const book = shownBook(state)
  const seen = book.sweeps.at(-1)?.pattern.split(' ') ?? []
  const [, event, sale] = state.books
  return {
    checks: [0, 1, 2, 3].map((place) => (seen[place] ? seen[place] === '.' : undefined)),
    error: book.error,
    blame: book.blame,
    payable: state.payable,
    alarms: book.alarms,
    sweeps: state.sweeps,
    expected: state.expected,
    invented: { event: event.invented - event.destroyed, sale: sale.invented - sale.destroyed },
  }
}
