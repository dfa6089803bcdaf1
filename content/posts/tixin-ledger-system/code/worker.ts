// The worker: audit without a lock; when something differs, say what it can be and heal it.
// PERIOD and SETTLE are seconds. It stops after SWEEPS sweeps, or never.
import { CAUSES } from "./core.js";
import type { Database } from "./database.ts";

// #region sweep
export async function sweep(sql: Database, settle: number): Promise<string> {
  const [seen] = await sql`
    SELECT pattern, EXISTS (SELECT FROM difference) AS differs FROM pattern`;
  if (seen.pattern === ". . . ." && !seen.differs) return seen.pattern;
  const causes = CAUSES[seen.pattern] ?? ["more than one fault"];
  const [{ heal }] = await sql`SELECT heal(make_interval(secs => ${settle}))`;
  return `${seen.pattern}   ${heal}   (${causes.join("; or ")})`;
}
// #endregion

export async function work(sql: Database, { period = 60, settle = 60, sweeps = Infinity }) {
  for (let n = 1; n <= sweeps; n++) {
    await Bun.sleep(period * 1000);
    console.log(`sweep ${n}   ${await sweep(sql, settle)}`);
  }
}
