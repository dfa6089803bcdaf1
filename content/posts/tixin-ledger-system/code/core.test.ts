import { expect, test } from "bun:test";
import { chainError, checks, falseAlarm, inventedTickets, pattern, totals, waitForQuiet } from "./core.js";
import { generator } from "./load.ts";

type Totals = ReturnType<typeof totals>;
const books: Totals = { balance: 900, revenue: 1000, payouts: 100, tip: 900, credits: 1000, debits: 100 };
const shifted = (by: Partial<Totals>) =>
  Object.fromEntries(Object.entries(books).map(([k, v]) => [k, v + (by[k as keyof Totals] ?? 0)])) as Totals;

test("one wrong number has a pattern of its own", () => {
  const patterns = Object.keys(books).map((name) => pattern(checks(shifted({ [name]: 7 }))));
  expect(patterns).toEqual(["+ + . .", "- . - .", "+ . . -", ". - . .", ". . + .", ". . . +"]);
});

test("two errors change no check: a false sale and a false payout that every record knows", () => {
  expect(pattern(checks(shifted({ balance: 7, revenue: 7, tip: 7, credits: 7 })))).toBe(". . . .");
  expect(pattern(checks(shifted({ balance: -7, payouts: 7, tip: -7, debits: 7 })))).toBe(". . . .");
});

test("the four differences give the error of the running balance", () => {
  const random = generator(1);
  for (let n = 0; n < 100; n++) {
    const by = Object.fromEntries(Object.keys(books).map((k) => [k, Math.floor(random() * 100)]));
    const t = shifted(by);
    expect(chainError(checks(t))).toBe(t.tip - (t.credits - t.debits));
  }
});

test("the share of failing audits agrees with a simulation", () => {
  const random = generator(2);
  const [rate, gap, audits] = [50, 0.02, 20_000];
  let failed = 0;
  for (let n = 0; n < audits; n++) failed += Number(-Math.log(1 - random()) / rate < gap);
  expect(failed / audits).toBeCloseTo(falseAlarm(rate, gap), 1);
});

test("the wait for a quiet event agrees with a simulation", () => {
  const random = generator(3);
  const [rate, grace, waits] = [2, 1, 20_000];
  let total = 0;
  for (let n = 0; n < waits; n++)
    for (let next; (next = -Math.log(1 - random()) / rate) < grace; ) total += next;
  const mean = total / waits + grace;                        // and the quiet second itself
  expect(Math.abs(mean / waitForQuiet(rate, grace) - 1)).toBeLessThan(0.05);
});

test("a healer by event invents the most that it ever saw in flight, as a simulation says", () => {
  const random = generator(4);
  const [inFlight, sweeps, events] = [0.3, 40, 3_000];
  const arrivals = () => { let n = 0; for (let p = random(); p > Math.exp(-inFlight); p *= random()) n++; return n; };
  let invented = 0;
  for (let event = 0; event < events; event++) {
    let surplus = 0;
    for (let sweep = 0; sweep < sweeps; sweep++) surplus += Math.max(0, arrivals() - surplus);
    invented += surplus;
  }
  expect(Math.abs(invented / events / inventedTickets(inFlight, sweeps) - 1)).toBeLessThan(0.03);
  expect(inventedTickets(inFlight, 1)).toBeCloseTo(inFlight, 10);
});
