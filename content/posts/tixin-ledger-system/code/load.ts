// Honest sales: random (Poisson) arrivals, each written to the analytics and, a gap later, to the
// ledger. The connection is free during the gap, as it is when two services do the two writes.
import type { Database } from "./database.ts";

export type Order = "revenue first" | "ledger first" | "together";
export type Load = {
  rate: number;              // sales a second, over all events
  gapMs: number;             // between the two writes
  seconds: number;
  order: Order;
  losing?: number;           // how many sales from the hundredth on lose their second write
};
export const EVENTS = 20;
export const CONNECTIONS = 12;
export const PRICE = 500;
const LOSING_FROM = 100;     // a multiple of EVENTS: the sales lost are of events 0, 1, 2 …

// Runs the load. Returns what it came to: sales a second, the mean gap between the two commits,
// and how many sales each event made, whatever the records say of them.
export async function sell(sql: Database, load: Load, seed: number) {
  const random = generator(seed);
  const end = load.seconds * 1000;
  await connected(sql);
  const start = performance.now();
  const gaps: number[] = [];
  const open: Promise<void>[] = [];
  const sold = new Array<number>(EVENTS).fill(0);
  for (let at = 0, n = 0; (at += (-Math.log(1 - random()) / load.rate) * 1000) < end; n++) {
    await until(start + at);
    const event = lost(load, n) ? n % EVENTS : Math.floor(random() * EVENTS);
    sold[event]++;
    open.push(one(sql, load, { n, event }).then((gap) => void gaps.push(gap)));
  }
  await Promise.all(open);
  const gap = gaps.reduce((a, b) => a + b, 0) / gaps.length / 1000;
  return { rate: gaps.length / load.seconds, gap, sales: gaps.length, sold };
}

const lost = ({ losing = 0 }: Load, n: number) => n >= LOSING_FROM && n < LOSING_FROM + losing;

async function one(sql: Database, load: Load, sale: { n: number; event: number }): Promise<number> {
  const { gapMs, order } = load;
  const event = `e${sale.event}`;
  const key = `sale-${sale.n}`;
  const count = `INSERT INTO sale VALUES ('${key}', '${event}', ${PRICE})`;
  const credit = `SELECT post(1, ${PRICE}, 'event-revenue', '${event}', '${key}')`;
  if (order === "together") {
    await sql.unsafe(`${count}; ${credit}`).simple();
    return 0;
  }
  const [first, second] = order === "revenue first" ? [count, credit] : [credit, count];
  await sql.unsafe(first);
  const written = performance.now();
  await Bun.sleep(gapMs);
  if (!lost(load, sale.n)) await sql.unsafe(second);
  return performance.now() - written;
}

// Calls `look` every `periodMs` until `stop` is called; returns what it saw.
export function every<T>(periodMs: number, look: () => Promise<T>) {
  const seen: T[] = [];
  let running = true;
  const done = (async () => {
    const start = performance.now();
    for (let n = 1; running; n++) {
      await until(start + n * periodMs);
      if (running) seen.push(await look());
    }
    return seen;
  })();
  return { stop: () => { running = false; return done; } };
}

// The pool opens connections when they are first needed, which would lengthen the first gaps.
const connected = (sql: Database) =>
  Promise.all(Array.from({ length: CONNECTIONS }, () => sql`SELECT pg_sleep(0.02)`));

async function until(time: number) {
  const left = time - performance.now();
  if (left > 0) await Bun.sleep(left);
}

// mulberry32: a small seeded generator, so that two runs sell at the same moments.
export function generator(seed: number) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
