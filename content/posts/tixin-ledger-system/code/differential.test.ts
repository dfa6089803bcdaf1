// The core and the SQL are two programs for one rule. Random books, good and bad, go through both.
import { expect, test } from "bun:test";
import {
  type State, decide, differences, payable, repair, repairByEvent, totals, checks, pattern,
} from "./core.js";
import { fresh, numbers, type Database } from "./database.ts";
import { generator } from "./load.ts";

const NOW = 10_000;
const BOOKS = 200;

function randomBooks(random: () => number): State {
  const below = (n: number) => Math.floor(random() * n);
  const happens = (chance: number) => random() < chance;
  const quality = [0, 0.03, 0.2][below(3)];                 // how often each thing goes wrong
  const state: State = { balance: 0, sales: [], payouts: [], entries: [] };
  const post = (side: number, amount: number, type: string, ref: string, key: string | null) => {
    if (happens(quality)) return;
    state.balance += side * amount;
    const balanceAfter = state.balance - (happens(quality) ? below(50) : 0);
    state.entries.push({ side, amount, balanceAfter, type, ref, key });
  };
  const many = below(3) === 0 ? 60 : 8;
  for (let n = 0; n < many; n++) {
    const amount = (1 + below(9)) * (happens(0.3) ? 100_000 : 100);
    const at = NOW - (happens(0.2) ? 10 : 3_600);            // in flight, or long settled
    const event = `e${below(3)}`;
    if (!happens(quality / 30)) state.sales.push({ key: `s${n}`, event, amount, at });
    post(1, happens(quality / 30) ? amount + 1 : amount, "event-revenue", event, `s${n}`);
    if (!happens(0.3)) continue;
    const status = happens(quality) ? "processing" : "completed";
    state.payouts.push({ key: `p${n}`, status, approved: 100, at });
    if (status === "completed") post(-1, 100, "payout", `p${n}`, `p${n}`);
  }
  if (happens(quality / 2)) post(1, 100, "event-revenue", "e0", null);
  if (happens(quality)) state.balance += below(200) - 100;
  return state;
}

async function write(sql: Database, state: State) {
  const at = (t: number) => `now() - interval '${NOW - t} s'`;
  const text = (v: string | null) => (v === null ? "NULL" : `'${v}'`);
  const insert = (into: string, rows: string[]) => rows.length && sql.unsafe(`INSERT INTO ${into} VALUES ${rows}`);
  await insert("sale", state.sales.map((s) => `('${s.key}', '${s.event}', ${s.amount}, ${at(s.at)})`));
  await insert("payout", state.payouts.map((p) => `('${p.key}', '${p.status}', ${p.approved}, ${at(p.at)})`));
  await insert("entry (side, amount, balance_after, ref_type, ref_id, key)", state.entries.map((e) =>
    `(${e.side}, ${e.amount}, ${e.balanceAfter}, '${e.type}', '${e.ref}', ${text(e.key)})`));
  await sql.unsafe(`UPDATE account SET balance = ${state.balance}`);
}

const inOrder = (rows: object[]) => rows.map((row) => JSON.stringify(row)).sort();

async function compare(sql: Database, state: State) {
  const [t] = (await sql`SELECT * FROM totals`).map(numbers);
  expect(t).toEqual(totals(state));
  const [p] = await sql`SELECT pattern FROM pattern`;
  expect(p.pattern).toBe(pattern(checks(totals(state))));
  const rows = await sql`SELECT side, ref_type AS type, ref_id AS ref, key, owed, posted FROM difference`;
  expect(inOrder(rows.map(numbers))).toEqual(inOrder(differences(state).map(({ at, ...row }) => row)));
  const [gate] = (await sql`SELECT payable()`).map(numbers);
  expect(gate.payable).toBe(payable(state));

  const decision = decide(state, NOW);
  const [{ heal }] = await sql`SELECT heal()`;
  expect(heal).toBe(decision.verdict);
  const healed = repair(state, decision);
  await expectBooks(sql, healed);
  return decision.verdict;
}

async function expectBooks(sql: Database, state: State) {
  const [t] = (await sql`SELECT * FROM totals`).map(numbers);
  expect(t).toEqual(totals(state));
  const entries = await sql`SELECT side, amount, balance_after AS "balanceAfter",
    ref_type AS type, ref_id AS ref, key FROM entry ORDER BY seq`;
  expect(entries.map(numbers)).toEqual(state.entries);
}

// The first design's repair. Returns how it left the books.
async function compareByEvent(sql: Database, state: State, n: number) {
  const grace = n % 2 ? 0 : 60;
  await sql`SELECT heal_by_event(make_interval(secs => ${grace}), 'go on')`;
  const healed = repairByEvent(state, NOW, grace);
  await expectBooks(sql, healed);
  return healed.entries.length > state.entries.length ? "appended" : "summed";
}

// Puts random books into a database and compares. Every outcome must be among them, often enough.
async function overRandomBooks(
  compared: (sql: Database, state: State, n: number) => Promise<string>, outcomes: string[],
) {
  const pool = await fresh(1);
  const random = generator(7);
  const seen: Record<string, number> = {};
  for (let n = 0; n < BOOKS; n++) {
    const sql = await pool.reserve();
    await sql.unsafe("BEGIN");
    const state = randomBooks(random);
    await write(sql, state);
    const outcome = await compared(sql, state, n);
    seen[outcome] = (seen[outcome] ?? 0) + 1;
    await sql.unsafe("ROLLBACK");
    sql.release();
  }
  await pool.close();
  expect(Object.keys(seen).sort()).toEqual(outcomes);
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(5);
}

test("core and SQL agree on random books, before the repair and after it", () =>
  overRandomBooks(compare, ["healed", "nothing due", "stopped: ceiling", "stopped: unproven"]), 30_000);

test("core and SQL agree on random books after the repair by event", () =>
  overRandomBooks(compareByEvent, ["appended", "summed"]), 30_000);
