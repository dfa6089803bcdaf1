import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "node:test";
import { fresh } from "../database.js";
import { makeEvents } from "../events.js";
import { Group, host } from "../group.js";
import { produce, startBroker } from "../kafka.js";
import { even } from "../core/skew.js";

const PARTITIONS = 4, RECORDS = 20_000, ENTITIES = 200;

async function until(check, limit = 40_000) {
  for (const start = performance.now(); !(await check()); await sleep(50)) {
    if (performance.now() - start > limit) throw new Error("waited in vain");
  }
}

function expectedAmounts(events) {
  const amounts = Array(ENTITIES).fill(0);
  for (const event of events) amounts[event.entity] += event.amount;
  return amounts;
}

test("killed in the middle, then replayed from offset 0: counts stay exact", async () => {
  const broker = await startBroker({ events: PARTITIONS });
  const sql = await fresh("test_group", "schema.sql");
  const events = makeEvents({ records: RECORDS, weights: even(ENTITIES), seed: 2 });
  const loads = await produce(broker.address, "events", { partitions: PARTITIONS, events });
  const group = new Group({ address: broker.address, topic: "events", group: "test", paused: true,
    database: "test_group", max: 20, session: 4_000 }, PARTITIONS);
  const [victim, heir] = await Promise.all([host(), host()]);
  try {
    group.add(victim);
    group.add(heir);
    await group.joined();
    group.replay();
    await group.until((g) => g.applied > RECORDS / 5);
    victim.kill("SIGKILL");
    assert.ok(group.applied < RECORDS / 2, "killed in the middle");
    const sums = async () => (await sql`SELECT entity, amount::int, events::int FROM total ORDER BY entity`);
    const counted = async () => (await sums()).reduce((sum, row) => sum + row.events, 0);
    await until(async () => await counted() === RECORDS);
    const before = await sums();
    assert.deepEqual(before.map((row) => row.amount), expectedAmounts(events));
    const positions = await sql`SELECT part, next::int FROM progress WHERE part < ${PARTITIONS} ORDER BY part`;
    assert.deepEqual(positions.map((row) => row.next), loads);

    const handled = group.records;
    heir.send({ replay: "test" });
    await group.until((g) => g.records >= handled + RECORDS);
    assert.deepEqual(await sums(), before);
  } finally {
    await group.stop();
    await sql.end();
    broker.stop();
  }
});
