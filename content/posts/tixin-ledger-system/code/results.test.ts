// The computed CSVs, byte for byte; the measured ones, small and by their shape.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { alarms } from "./alarms.ts";
import { CAUSES } from "./core.js";
import { cost, fill } from "./cost.ts";
import { fresh } from "./database.ts";
import { quiet, tickets } from "./curves.ts";
import { POLICIES, inventions, run } from "./invented.ts";
import { syndromes } from "./syndromes.ts";

const published = (name: string) => readFileSync(`${process.env.LEDGER_RESULTS}/${name}.csv`, "utf8");

test("results/syndromes.csv is what injecting the faults yields", async () => {
  expect(await syndromes()).toBe(published("syndromes"));
}, 30_000);

test("core names each fault under the pattern that injecting it left, and under no other", () => {
  const found: Record<string, string[]> = {};
  for (const [, fault, pattern] of published("syndromes").matchAll(/,"(.*?)",([^,]*),/g))
    (found[pattern] ??= []).push(fault);
  expect(found).toEqual(CAUSES);
});

test("only a sale that every record counts twice makes too much payable", () => {
  const rows = published("syndromes").split("\n").filter((row) => row.includes(",too much,"));
  expect(rows.map((row) => row.split('"')[1])).toEqual(["Sale counted and posted twice"]);
});

test("results/quiet.csv and results/tickets.csv are what the formulas yield", () => {
  expect(quiet()).toBe(published("quiet"));
  expect(tickets()).toBe(published("tickets"));
});

const LOAD = { rate: 50, gapMs: 20, seconds: 2 };

test("honest sales fail many audits if written apart, none if written together, and no payout", async () => {
  const [apart, together] = await Promise.all([
    alarms({ ...LOAD, order: "revenue first" }, 1), alarms({ ...LOAD, order: "together" }, 1)]);
  expect(apart.share).toBeGreaterThan(0.25);
  expect(apart.twice).toBeLessThan(apart.share);
  expect(together.share).toBe(0);
  expect(apart.payouts).toBeGreaterThan(3);
  expect(apart.refused).toBe(0);
}, 30_000);

test("healing at once by event invents money, by sale never; waiting by event heals less than by sale", async () => {
  const names = ["by event, at once", "by event, stops at a surplus", "by event, waits 1 s", "by sale, waits 1 s"];
  const load = { rate: 100, gapMs: 20, seconds: 3, losing: 10 };
  const seen = await Promise.all(names.map((name) =>
    run(POLICIES.find((p) => p.name === name)!, 100, load, 1)));
  const [atOnce, stopping, waiting, bySale] = seen;
  expect(atOnce.invented).toBeGreaterThan(5);
  expect(stopping.invented).toBeLessThan(atOnce.invented);
  expect(bySale.invented).toBe(0);
  expect(bySale.healed).toBe(10);
  expect(waiting.healed).toBeLessThan(bySale.healed);
}, 30_000);

test("the more sweeps, the more a healer by event has invented", async () => {
  const { tickets } = await inventions([1, 20], { rate: 200, gapMs: 20, seconds: 2 }, 1);
  expect(tickets[1]).toBeGreaterThan(2 * tickets[0]);
}, 30_000);

test("an audit reads the whole ledger, whatever its length", async () => {
  expect(await cost([300], 1)).toMatch(/^entries.*\n300(,\d[\d.]*){9}\n$/);
  const sql = await fresh(1);
  await fill(sql, 300);
  const plan = await sql`EXPLAIN (ANALYZE, TIMING OFF) SELECT * FROM audit`;
  await sql.close();
  const scans = plan.map((row: object) => Object.values(row)[0] as string)
    .filter((line: string) => /Seq Scan on entry/.test(line));
  expect(scans.join()).toContain("actual rows=300 ");
});
