// The auditor without a database: the four checks, what their signs can mean, and what may be
// repaired. Pure functions of a state, so that a page, a worker and a test can share them.
//
// Amounts are integers (paise), `at` and `now` are seconds, entries are in order of posting.

/**
 * @typedef {{ key: string, event: string, amount: number, at: number }} Sale
 * @typedef {{ key: string, status: string, approved: number, at: number }} Payout
 * @typedef {{ side: number, amount: number, balanceAfter: number,
 *             type: string, ref: string, key: string | null }} Entry
 * @typedef {{ balance: number, sales: Sale[], payouts: Payout[], entries: Entry[] }} State
 * @typedef {{ side: number, type: string, ref: string, key: string | null,
 *             owed: number, posted: number, at?: number }} Difference
 */

// The same limits as heal.sql, where their reasons are; a test compares the two.
export const LIMITS = { settle: 60, mostRepairs: 20, mostMoved: 1_000_000 };

/** @type {<T>(items: T[], amount: (item: T) => number) => number} */
const sum = (items, amount) => items.reduce((total, item) => total + amount(item), 0);

/** @param {State} state */
export function totals({ balance, sales, payouts, entries }) {
  const side = (/** @type {number} */ sign) => sum(entries.filter((e) => e.side === sign), (e) => e.amount);
  return {
    balance,
    revenue: sum(sales, (s) => s.amount),
    payouts: sum(payouts.filter((p) => p.status === "completed"), (p) => p.approved),
    tip: entries.at(-1)?.balanceAfter ?? 0,
    credits: side(1),
    debits: side(-1),
  };
}

// #region checks
/** @param {ReturnType<typeof totals>} t */
export function checks(t) {
  return [
    t.balance - (t.revenue - t.payouts),
    t.balance - t.tip,
    t.credits - t.revenue,
    t.debits - t.payouts,
  ];
}

// How far the last running balance is from the sum of the entries: no check asks,
// and all four together answer.
/** @param {number[]} differences */
export const chainError = ([d1, d2, d3, d4]) => d1 - d2 - d3 + d4;
// #endregion

/** @param {number[]} differences */
export const pattern = (differences) =>
  differences.map((d) => (d > 0 ? "+" : d < 0 ? "-" : ".")).join(" ");

// Every key whose source and ledger disagree. `at` is missing if no source knows the key.
/** @param {State} state */
export function differences({ sales, payouts, entries }) {
  /** @type {Map<string, Difference>} */
  const found = new Map();
  /** @type {(side: number, type: string, ref: string, key: string | { n: number }) => Difference} */
  const row = (side, type, ref, key) => {
    const id = JSON.stringify([side, type, ref, key]);
    const named = typeof key === "string" ? key : null;
    const known = found.get(id) ?? { side, type, ref, key: named, owed: 0, posted: 0 };
    found.set(id, known);
    return known;
  };
  for (const s of sales)
    Object.assign(row(1, "event-revenue", s.event, s.key), { owed: s.amount, at: s.at });
  for (const p of payouts)
    if (p.status === "completed")
      Object.assign(row(-1, "payout", p.key, p.key), { owed: p.approved, at: p.at });
  entries.forEach(({ side, type, ref, key, amount }, n) => {
    // An entry without a key belongs to no source: give it a row of its own.
    if (type !== "restate") row(side, type, ref, key ?? { n }).posted = amount;
  });
  return [...found.values()].filter((d) => d.owed !== d.posted);
}

// #region decide
/** @param {State} state @param {number} now */
export function decide(state, now, limits = LIMITS) {
  const found = differences(state);
  if (found.some((d) => d.posted !== 0)) return stop("unproven");
  const missing = found.filter((d) => Number(d.at) <= now - limits.settle).sort(byKey);
  const { balance, tip, credits, debits } = totals(state);
  const [drift, stale] = [credits - debits - balance, credits - debits - tip];
  const moved = sum(missing, (d) => d.owed) + Math.abs(drift);
  if (missing.length > limits.mostRepairs || moved > limits.mostMoved) return stop("ceiling");
  const idle = missing.length === 0 && drift === 0 && stale === 0;
  return { verdict: idle ? "nothing due" : "healed", missing, drift, stale };
}
// #endregion

/** @type {(why: string) => { verdict: string, missing: Difference[], drift: number, stale: number }} */
const stop = (why) => ({ verdict: `stopped: ${why}`, missing: [], drift: 0, stale: 0 });
/** @type {(a: Difference, b: Difference) => number} */
const byKey = ({ key: a }, { key: b }) => (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0);

// Carries a decision out on a copy of the state.
/** @param {State} state @param {ReturnType<typeof decide>} decision */
export function repair(state, decision) {
  const { verdict, missing, stale } = decision;
  if (verdict !== "healed") return state;
  const before = totals(state);
  const entries = [...state.entries];
  let balance = before.credits - before.debits;
  for (const { side, type, ref, key, owed: amount } of missing)
    entries.push({ side, amount, balanceAfter: (balance += side * amount), type, ref, key });
  if (stale !== 0 && missing.length === 0) {
    const ref = pattern(checks(before));
    entries.push({ side: 1, amount: 0, balanceAfter: balance, type: "restate", ref, key: null });
  }
  return { ...state, balance, entries };
}

// The first design, as in by-event.sql if it goes on at a surplus: it compares totals per event,
// and what it appends has no key. `grace` runs from an event's latest sale.
/** @param {State} state @param {number} now @param {number} grace */
export function repairByEvent(state, now, grace) {
  /** @type {Map<string, { amount: number, at: number }>} */
  const gaps = new Map();
  /** @type {(event: string, amount: number, at: number) => void} */
  const add = (event, amount, at) => {
    const gap = gaps.get(event) ?? { amount: 0, at };
    gaps.set(event, { amount: gap.amount + amount, at: Math.max(gap.at, at) });
  };
  for (const { event, amount, at } of state.sales) add(event, amount, at);
  for (const e of state.entries) if (e.type === "event-revenue") add(e.ref, -e.amount, -Infinity);
  const { credits, debits } = totals(state);
  const entries = [...state.entries];
  let balance = credits - debits;
  for (const [event, { amount, at }] of [...gaps].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (amount > 0 && at <= now - grace)
      entries.push({ side: 1, amount, balanceAfter: (balance += amount),
        type: "event-revenue", ref: event, key: null });
  return { ...state, balance, entries };
}

// What may be paid out now: nothing, if any difference could make the balance too large.
/** @param {State} state */
export function payable(state) {
  const { balance, tip, credits, debits } = totals(state);
  const doubtful = differences(state).some((d) => d.posted !== 0 || d.side === -1);
  if (doubtful || balance !== tip || balance !== credits - debits) return 0;
  const processing = state.payouts.filter((p) => p.status === "processing");
  return Math.max(0, balance - sum(processing, (p) => p.approved));
}

// What each pattern can mean. A test holds this list to what injection finds.
/** @type {Record<string, string[]>} */
export const CAUSES = {
  "- . - .": ["Lost: entry and balance", "Sale counted twice"],
  ". + - .": ["Lost: entry"],
  "- - . .": ["Lost: balance", "Race: blind, first entry last", "Edit: after a cash refund"],
  "+ . + .": ["Lost: revenue record", "Sale posted twice", "Refund off revenue: debit lost"],
  "- . . .": ["Race: blind writes"],
  ". + . .": ["Race: balance + x"],
  "+ + . .": ["Edit: mistake"],
  "+ . . .": ["Edit: mistake, then a sale"],
  "+ . . -": ["Paid: debit and balance lost", "Refund as payout: debit lost"],
  ". - . -": ["Paid: debit lost"],
  "- . . +": ["Paid and debited, not completed"],
  ". . + +": ["Refund off revenue: honest"],
  ". . . .": ["Paid, not completed", "Refused, completed, debited", "Sale counted and posted twice",
    "Sale posted to another event", "Refund as payout: honest"],
};

// #region arithmetic
// Sales in flight, seen by one audit, are Poisson with mean rate * gap (M/G/infinity).
/** @param {number} rate @param {number} gap */
export const falseAlarm = (rate, gap) => 1 - Math.exp(-rate * gap);
// A healer by event that saw n sales in flight has posted n too many, and posts no more until it
// sees n + 1: after some sweeps it has invented the most that any of them saw (mean of a maximum).
/** @param {number} inFlight @param {number} sweeps */
export function inventedTickets(inFlight, sweeps) {
  let [mean, term, below] = [0, Math.exp(-inFlight), 0];
  for (let n = 0; n < 200; n++, term *= inFlight / n) {
    below += term;                           // P(at most n in flight)
    mean += 1 - Math.min(1, below) ** sweeps;
  }
  return mean;
}
// Mean wait until an event has sold nothing for `grace`, if it sells at `rate`.
/** @param {number} rate @param {number} grace */
export const waitForQuiet = (rate, grace) => Math.expm1(rate * grace) / rate;
// #endregion
