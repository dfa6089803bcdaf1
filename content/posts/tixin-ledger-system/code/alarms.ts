// How often does an audit fail while nothing is wrong? Measured beside the arithmetic of core.js.
import { falseAlarm } from "./core.js";
import { fresh, numbers, type Database } from "./database.ts";
import { CONNECTIONS, every, sell, type Load } from "./load.ts";

const AUDIT_MS = 7;          // not a divisor of any gap
const APART = 30;            // audits between two "in a row": longer apart than any gap

export async function alarms(load: Load, seed: number) {
  const sql = await fresh(CONNECTIONS);
  const audits = every(AUDIT_MS, async () => {
    const [row] = await sql`SELECT d1, d2, d3, d4 FROM audit`;
    return Object.values(numbers(row)).some((d) => d !== 0);
  });
  const gate = every(50, payOut(sql));
  const sold = await sell(sql, load, seed);
  const failed = await audits.stop();
  const refused = await gate.stop();
  await sql.close();
  const share = (items: boolean[]) => items.filter(Boolean).length / items.length;
  const twice = failed.slice(APART).map((failure, i) => failure && failed[i]);
  return { ...sold, audits: failed.length, share: share(failed), twice: share(twice),
    payouts: refused.length, refused: refused.filter(Boolean).length };
}

// Pays one paisa out, if there is one. True if that was refused.
function payOut(sql: Database) {
  let n = 0;
  return async () => {
    const [{ funded }] = await sql`SELECT balance > 0 AS funded FROM account`;
    if (!funded) return false;
    const key = `payout-${++n}`;
    const [{ begun }] = await sql`SELECT begin_payout(${key}, 1) AS begun`;
    await Bun.sleep(10);                                     // the gateway
    if (begun) await sql`SELECT complete_payout(${key})`;
    return !begun;
  };
}

const POINTS = [[10, 5], [10, 20], [25, 20], [50, 20], [50, 40], [100, 30], [100, 45]];

export async function measureAlarms(runs: number, seconds: number): Promise<string> {
  const rows = ["rate,gap_ms,in_flight,series,share,low,high,refused"];
  for (const [rate, gapMs] of POINTS) {
    const seen = [];
    for (let run = 1; run <= runs; run++)
      seen.push(await alarms({ rate, gapMs, seconds, order: "revenue first" }, run));
    const flight = median(seen.map((s) => s.rate * s.gap));
    const refused = Math.max(...seen.map((s) => s.refused / s.payouts)).toFixed(3);   // in any run
    const measured = (series: string, values: number[]) =>
      rows.push([rate, gapMs, flight.toFixed(3), series, median(values).toFixed(3),
        Math.min(...values).toFixed(3), Math.max(...values).toFixed(3), refused].join(","));
    const computed = (series: string, value: number) =>
      rows.push([rate, gapMs, flight.toFixed(3), series, value.toFixed(3), "", "", ""].join(","));
    measured("failing audits", seen.map((s) => s.share));
    computed("1 - exp(-n)", falseAlarm(flight, 1));
    measured("two in a row", seen.map((s) => s.twice));
  }
  return rows.join("\n") + "\n";
}

export const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];
