import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from "bun:test";
import { LIMITS } from "./core.js";
import { fresh, numbers, type Database } from "./database.ts";
import { FAULTS, HONEST } from "./faults.ts";
import { sweep } from "./worker.ts";

// Tests with one session work in a transaction that is rolled back.
let shared: Database;
let sql: Awaited<ReturnType<Database["reserve"]>>;
beforeAll(async () => { shared = await fresh(1); });
afterAll(async () => { await shared.close(); });
beforeEach(async () => {
  sql = await shared.reserve();
  await sql.unsafe("BEGIN");
  await HONEST(sql);
});
afterEach(async () => {
  await sql.unsafe("ROLLBACK");
  sql.release();
});

const one = async (query: string) => numbers((await sql.unsafe(query))[0]);
const heal = async (settle = "60 s") => (await one(`SELECT heal('${settle}')`)).heal;
const inject = (name: string) => FAULTS.find((f) => f.name === name)!.inject(sql, sql);
const lose = (n: number, amount: number, age = "1 hour") => sql.unsafe(`
  INSERT INTO sale SELECT 'lost' || n, 'e1', ${amount}, now() - interval '${age}'
  FROM generate_series(1, ${n}) n`);
const entries = async () => (await one("SELECT count(*) AS n FROM entry")).n;
const balance = async () => (await one("SELECT balance FROM account")).balance;

for (const command of ["UPDATE entry SET amount = 0", "DELETE FROM entry", "TRUNCATE entry"])
  test(`the ledger refuses ${command.split(" ")[0]}`, async () => {
    await sql.unsafe("SAVEPOINT s");
    await expect(sql.unsafe(command).execute()).rejects.toThrow("immutable");
    await sql.unsafe("ROLLBACK TO s");
  });

test("SQL and core obey the same limits", async () => {
  const row = await one(`SELECT extract(epoch FROM settle())::int AS settle,
    most_repairs() AS "mostRepairs", most_moved() AS "mostMoved"`);
  expect(row).toEqual(LIMITS);
});

test("a lost write is appended once, and its writer, if it comes late, is refused", async () => {
  await inject("Lost: entry and balance");
  expect(await heal()).toBe("healed");
  const healed = await balance();
  expect((await one("SELECT post(1, 50000, 'event-revenue', 'e1', 's4')")).post).toBe(false);
  expect(await balance()).toBe(healed);
  expect(await heal()).toBe("nothing due");
});

test("a sale younger than the settling time is left alone", async () => {
  await lose(1, 100, "30 s");
  expect(await heal("60 s")).toBe("nothing due");
  expect(await heal("20 s")).toBe("healed");
});

test("one repair more than the ceiling, and none is made", async () => {
  await lose(LIMITS.mostRepairs + 1, 1);
  const before = await entries();
  expect(await heal()).toBe("stopped: ceiling");
  expect(await entries()).toBe(before);
});

test("as many repairs as the ceiling allows are made", async () => {
  await lose(LIMITS.mostRepairs, 1);
  expect(await heal()).toBe("healed");
});

test("more money than the ceiling is not moved, by append or by balance", async () => {
  await sql.unsafe(`UPDATE account SET balance = balance + ${LIMITS.mostMoved + 1}`);
  expect(await heal()).toBe("stopped: ceiling");
  await sql.unsafe("UPDATE account SET balance = (SELECT tip FROM totals)");
  await lose(1, LIMITS.mostMoved + 1);
  expect(await heal()).toBe("stopped: ceiling");
});

test("a surplus in the last running balance is not copied into the balance", async () => {
  await inject("Sale posted twice");
  await sql.unsafe("UPDATE account SET balance = balance - 50000");
  const before = await balance();
  expect(await heal()).toBe("stopped: unproven");
  expect(await balance()).toBe(before);
});

test("an entry with another amount than its sale stops the healer", async () => {
  await sql.unsafe("INSERT INTO sale VALUES ('s4', 'e1', 500, now() - interval '1 hour')");
  await sql.unsafe("SELECT post(1, 400, 'event-revenue', 'e1', 's4')");
  expect(await heal()).toBe("stopped: unproven");
});

test("a credit to the wrong event stops healing by key, and healing by event invents it again", async () => {
  await inject("Sale posted to another event");
  const before = await balance();
  expect(await heal()).toBe("stopped: unproven");
  await sql.unsafe("SELECT heal_by_event('0', 'go on')");
  expect(await balance()).toBe(before + 50_000);
});

test("every repair is recorded with its pattern", async () => {
  await inject("Edit: mistake");
  await heal();
  expect(await one("SELECT pattern, kind, amount FROM repair"))
    .toEqual({ pattern: "+ + . .", kind: "balance", amount: -30_000 });
});

test("a payout in processing is not payable a second time", async () => {
  const before = (await one("SELECT payable()")).payable;
  await inject("Paid, not completed");
  expect((await one("SELECT payable()")).payable).toBe(before - 200_000);
});

test("a payout is begun once, for no more than is payable, and leaves all records in agreement", async () => {
  const { payable } = await one("SELECT payable()");
  expect((await one(`SELECT begin_payout('p2', ${payable + 1}) AS begun`)).begun).toBe(false);
  expect((await one(`SELECT begin_payout('p2', ${payable}) AS begun`)).begun).toBe(true);
  expect((await one(`SELECT begin_payout('p2', 1) AS begun`)).begun).toBe(false);
  expect((await one(`SELECT begin_payout('p3', 1) AS begun`)).begun).toBe(false);
  for (let twice = 0; twice < 2; twice++) await sql.unsafe("SELECT complete_payout('p2')");
  expect(await balance()).toBe(0);
  expect((await one("SELECT pattern FROM pattern")).pattern).toBe(". . . .");
});

test("payouts begun at once never exceed the balance", async () => {
  const many = await fresh(6);
  await many.unsafe("INSERT INTO sale VALUES ('s1', 'e1', 700); SELECT post(1, 700, 'event-revenue', 'e1', 's1')").simple();
  const begun = await Promise.all([1, 2, 3, 4, 5, 6].map((n) =>
    many.unsafe(`SELECT begin_payout('p${n}', 300) AS begun`)));
  await many.close();
  expect(begun.filter(([row]) => row.begun).length).toBe(2);
});

test("a sale in flight is no reason to refuse a payout, a debit in flight is one", async () => {
  const before = (await one("SELECT payable()")).payable;
  await lose(1, 100, "0 s");
  expect((await one("SELECT payable()")).payable).toBe(before);
  await inject("Paid: debit and balance lost");
  expect((await one("SELECT payable()")).payable).toBe(0);
});

test("a sweep names what the pattern can mean, and says nothing more when all is well", async () => {
  expect(await sweep(sql, 60)).toBe(". . . .");
  await inject("Lost: entry and balance");
  expect(await sweep(sql, 60)).toContain("healed   (Lost: entry and balance; or Sale counted twice)");
  expect(await sweep(sql, 60)).toBe(". . . .");
});

test("a healer waits for a writer that has not committed, and then finds nothing due", async () => {
  const many = await fresh(3);
  await many.unsafe("INSERT INTO sale VALUES ('s1', 'e1', 700, now() - interval '1 hour')");
  const writer = await many.reserve();
  await writer.unsafe("BEGIN");
  await writer.unsafe("SELECT post(1, 700, 'event-revenue', 'e1', 's1')");
  const healing = many.unsafe("SELECT heal()").execute();
  const blocked = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  for (let tries = 0; (await many.unsafe(blocked))[0].n === 0; tries++) {
    if (tries === 1000) throw new Error("the healer did not wait");
    await Bun.sleep(2);
  }
  await writer.unsafe("COMMIT");
  expect((await healing)[0].heal).toBe("nothing due");
  writer.release();
  await many.close();
});

test("two healers and a late writer at once post a lost sale once", async () => {
  const many = await fresh(3);
  await many.unsafe("INSERT INTO sale VALUES ('s1', 'e1', 700, now() - interval '1 hour')");
  await Promise.all(["SELECT heal()", "SELECT heal()", "SELECT post(1, 700, 'event-revenue', 'e1', 's1')"]
    .map((query) => many.unsafe(query)));
  const [{ n, balance }] = (await many`SELECT (SELECT count(*) FROM entry) AS n, balance FROM account`).map(numbers);
  await many.close();
  expect([n, balance]).toEqual([1, 700]);
});

test("honest writers at once keep the running balance whole", async () => {
  const many = await fresh(8);
  await Promise.all(Array.from({ length: 200 }, (_, n) =>
    many.unsafe(`INSERT INTO sale VALUES ('s${n}', 'e', 5); SELECT post(1, 5, 'event-revenue', 'e', 's${n}')`).simple()));
  const [row] = await many`SELECT pattern, (SELECT count(*) FROM (
    SELECT balance_after - sum(side * amount) OVER (ORDER BY seq) AS off FROM entry) chain
    WHERE off <> 0)::int AS broken FROM pattern`;
  await many.close();
  expect(row).toEqual({ pattern: ". . . .", broken: 0 });
});
