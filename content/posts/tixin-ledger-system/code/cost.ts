// What a full audit, a heal that finds nothing, and the gate cost as the ledger grows.
import { fresh } from "./database.ts";
import { median } from "./alarms.ts";

const QUESTIONS = {
  audit: "SELECT * FROM audit",
  heal: "SELECT heal()",
  payable: "SELECT payable()",
};

export async function cost(sizes: number[], runs: number): Promise<string> {
  const rows = ["entries,audit_ms,audit_low,audit_high,heal_ms,heal_low,heal_high,payable_ms,payable_low,payable_high"];
  for (const size of sizes) {
    const sql = await fresh(1);
    await fill(sql, size);
    const times: string[] = [];
    for (const question of Object.values(QUESTIONS)) {
      const seen = [];
      for (let run = 0; run <= runs; run++) seen.push(await timed(() => sql.unsafe(question)));
      seen.shift();                                          // the first fills the cache
      times.push(...[median(seen), Math.min(...seen), Math.max(...seen)].map((t) => t.toPrecision(3)));
    }
    rows.push([size, ...times].join(","));
    await sql.close();
  }
  return rows.join("\n") + "\n";
}

export async function fill(sql: Awaited<ReturnType<typeof fresh>>, entries: number) {
  await sql.unsafe(`
    INSERT INTO sale SELECT 's' || n, 'e' || n % 1000, 500, now() - interval '1 hour'
    FROM generate_series(1, ${entries}) n;
    INSERT INTO entry (side, amount, balance_after, ref_type, ref_id, key)
    SELECT 1, 500, 500 * n, 'event-revenue', 'e' || n % 1000, 's' || n
    FROM generate_series(1, ${entries}) n ORDER BY n;
    UPDATE account SET balance = 500 * ${entries};
    ANALYZE;`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
