// How much money does a healer invent while every sale is honest, and does it heal the lost ones?
import { inventedTickets } from "./core.js";
import { fresh, numbers, type Database } from "./database.ts";
import { CONNECTIONS, EVENTS, PRICE, every, sell, type Load, type Order } from "./load.ts";
import { median } from "./alarms.ts";

export type Policy = { name: string; heal: string; order: Order };

export const POLICIES: Policy[] = [
  { name: "by event, at once", heal: "SELECT heal_by_event('0', 'go on')", order: "revenue first" },
  { name: "by event, stops at a surplus", heal: "SELECT heal_by_event('0', 'stop')", order: "revenue first" },
  { name: "by event, ledger written first", heal: "SELECT heal_by_event('0', 'go on')", order: "ledger first" },
  { name: "by event, waits 1 s", heal: "SELECT heal_by_event('1 s', 'go on')", order: "revenue first" },
  { name: "by sale, at once", heal: "SELECT heal('0')", order: "revenue first" },
  { name: "by sale, waits 1 s", heal: "SELECT heal('1 s')", order: "revenue first" },
];
const LOSING = 10;           // half of the events lose the second write of one sale

// Sells while the healer runs. Returns tickets invented, and lost sales that became whole.
export async function run(policy: Policy, periodMs: number, load: Omit<Load, "order">, seed: number) {
  const sql = await fresh(CONNECTIONS);
  const healer = every(periodMs, () => sql.unsafe(policy.heal));
  const { sold, sales } = await sell(sql, { ...load, order: policy.order }, seed);
  await healer.stop();
  const books = await byEvent(sql);
  await sql.close();
  const surplus = books.reduce((sum, b) => sum + Math.max(0, b.posted - PRICE * sold[b.event]), 0);
  const whole = ({ event, counted, posted }: Books) => Math.min(counted, posted) >= PRICE * sold[event];
  const healed = books.filter((b) => b.event < (load.losing ?? 0) && whole(b)).length;
  return { sales, invented: surplus / PRICE, healed };
}

type Books = { event: number; counted: number; posted: number };

async function byEvent(sql: Database): Promise<Books[]> {
  const rows = await sql`
    SELECT event, coalesce(counted, 0)::bigint AS counted, coalesce(posted, 0)::bigint AS posted
    FROM (SELECT substr(event, 2)::int AS event, sum(amount) AS counted FROM sale GROUP BY 1) a
    FULL JOIN (SELECT substr(ref_id, 2)::int AS event, sum(amount) AS posted FROM entry
          WHERE ref_type = 'event-revenue' GROUP BY 1) b USING (event)`;
  return rows.map(numbers) as Books[];
}

export async function measurePolicies(runs: number, seconds: number): Promise<string> {
  const rows = ["policy,invented,low,high,sales,healed,healed_low,healed_high"];
  for (const policy of POLICIES) {
    const seen = [];
    for (let n = 1; n <= runs; n++)
      seen.push(await run(policy, 300, { rate: 100, gapMs: 20, seconds, losing: LOSING }, n));
    const range = (values: number[]) => [median(values), Math.min(...values), Math.max(...values)];
    rows.push([`"${policy.name}"`, ...range(seen.map((s) => s.invented)), median(seen.map((s) => s.sales)),
      ...range(seen.map((s) => s.healed))].join(","));
  }
  return rows.join("\n") + "\n";
}

// Tickets that the healer by event has invented after each number of sweeps. All sales are
// honest here, so that each entry without a key is one too many.
const SWEEPS = [1, 2, 5, 10, 20, 50, 100];

export async function inventions(sweeps: number[], load: Omit<Load, "order">, seed: number) {
  const sql = await fresh(CONNECTIONS);
  const period = (load.seconds * 1000) / (sweeps.at(-1)! + 1);
  let n = 0;
  const healer = every(period, async () => {
    await sql.unsafe(POLICIES[0].heal);
    if (!sweeps.includes(++n)) return [];
    const [{ money }] = await sql`SELECT coalesce(sum(amount), 0)::bigint AS money FROM entry WHERE key IS NULL`;
    return [Number(money) / PRICE / EVENTS];
  });
  const { rate, gap } = await sell(sql, { ...load, order: "revenue first" }, seed);
  const tickets = (await healer.stop()).flat();
  await sql.close();
  return { tickets, inFlight: (rate / EVENTS) * gap };
}

export async function measureSweeps(runs: number, seconds: number): Promise<string> {
  const rows = ["sweeps,series,tickets,low,high"];
  const seen: Awaited<ReturnType<typeof inventions>>[] = [];
  for (let run = 1; run <= runs; run++)
    seen.push(await inventions(SWEEPS, { rate: 200, gapMs: 20, seconds }, run));
  const inFlight = median(seen.map((s) => s.inFlight));
  SWEEPS.forEach((sweeps, i) => {
    const values = seen.map((s) => s.tickets[i]).filter((t) => t !== undefined);
    rows.push([sweeps, "measured", median(values), Math.min(...values), Math.max(...values)].join(","));
    rows.push(`${sweeps},computed,${inventedTickets(inFlight, sweeps).toPrecision(3)},,`);
  });
  console.error(`mean in flight of one event ${inFlight.toPrecision(3)}`);
  return rows.join("\n") + "\n";
}
