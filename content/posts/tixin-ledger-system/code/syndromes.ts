// Derives the table of syndromes: injects each fault into honest books, audits, heals, and
// compares the balance with the money that really moved. Deterministic.
import { FAULTS, HONEST, type Fault } from "./faults.ts";
import { fresh, numbers, type Database } from "./database.ts";

export async function observe(sql: Database, fault: Fault) {
  const [a, b] = [await sql.reserve(), await sql.reserve()];
  await a.unsafe(EMPTY);
  await HONEST(a);
  await fault.inject(a, b);
  const before = await look(a);
  const [{ heal }] = await a`SELECT heal()`;
  const after = await look(a);
  a.release();
  b.release();
  const payable =
    before.payable === 0 ? "refused" : before.payable <= before.money ? "safe" : "too much";
  return { fault, before, after, payable, verdict: heal as string };
}

async function look(sql: Database) {
  const [row] = await sql`
    SELECT pattern, payable(), money, (balance - money) / 100 AS rupees_off,
           concat_ws(' ', mark(d5), mark(d6)) AS settlement
    FROM pattern, totals, truth, settlement`;
  return numbers(row);
}

// The ledger refuses to be emptied; a replica's triggers do not fire.
const EMPTY = `SET session_replication_role = replica;
  TRUNCATE sale, payout, entry, repair, world RESTART IDENTITY;
  UPDATE account SET balance = 0;
  SET session_replication_role = origin`;

export async function syndromes(): Promise<string> {
  const rows = [
    "# computed: each fault injected into a PostgreSQL database, audited, healed, audited again",
    "group,fault,before,after,verdict,payable,off_before,off_after,settlement",
  ];
  const sql = await fresh(2);
  for (const each of FAULTS) {
    const { fault, before, after, verdict, payable } = await observe(sql, each);
    rows.push([fault.group, `"${fault.name}"`, before.pattern, after.pattern, verdict, payable,
      before.rupees_off, after.rupees_off, before.settlement].join(","));
  }
  await sql.close();
  return rows.join("\n") + "\n";
}

if (import.meta.main) process.stdout.write(await syndromes());
