import assert from "node:assert/strict";
import { test } from "node:test";
import { fresh } from "../database.js";
import { makeEvents } from "../events.js";
import { Group, host } from "../group.js";
import { produce, startBroker } from "../kafka.js";
import { even } from "../core/skew.js";

const ENTITIES = 200;

test("the read side ends with the latest event of each entity", async () => {
  const records = 12_000;            // more than one fetch of each partition
  const broker = await startBroker({ documents: 2 });
  const sql = await fresh("test_documents", "read.sql");
  const events = makeEvents({ records, weights: even(ENTITIES), seed: 6 });
  await produce(broker.address, "documents", { partitions: 2, events });
  const group = new Group({ address: broker.address, topic: "documents", group: "documents",
    database: "test_documents", design: "documents", max: 1_000 }, 2);
  try {
    group.add(await host());
    await group.until((g) => g.records >= records);
    const latest = new Map(events.map((event) => [event.entity, event.version]));
    const rows = await sql`SELECT entity, version::int FROM view`;
    assert.deepEqual(new Map(rows.map((row) => [row.entity, row.version]).sort(([a], [b]) => a - b)),
      new Map([...latest].sort(([a], [b]) => a - b)));
  } finally {
    await group.stop();
    await sql.end();
    broker.stop();
  }
});
