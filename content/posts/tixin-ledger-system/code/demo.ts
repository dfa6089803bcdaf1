// What `run` shows: each fault and its pattern, then the worker over honest sales, three of
// which lose their entry. The worker sweeps each second here, and settles for one.
import { FAULTS } from "./faults.ts";
import { observe } from "./syndromes.ts";
import { fresh, numbers } from "./database.ts";
import { sell } from "./load.ts";
import { work } from "./worker.ts";

console.log("fault                            before    after     off by, rupees   verdict");
const one = await fresh(2);
for (const fault of FAULTS) {
  const { before, after, verdict } = await observe(one, fault);
  console.log(fault.name.padEnd(33) + before.pattern.padEnd(10) + after.pattern.padEnd(10)
    + `${before.rupees_off} -> ${after.rupees_off}`.padEnd(17) + verdict);
}
await one.close();

const sql = await fresh(14);
console.log("\n50 honest sales a second, 20 ms between the writes, 3 of them lose the second write");
const sold = sell(sql, { rate: 50, gapMs: 20, seconds: 4.5, order: "revenue first", losing: 3 }, 1);
await work(sql, { period: 1, settle: 1, sweeps: 6 });
const { sales } = await sold;
const [{ balance }] = (await sql`SELECT balance FROM account`).map(numbers);
console.log(`${sales} sales at 5 rupees, balance ${balance / 100} rupees`);
await sql.close();
