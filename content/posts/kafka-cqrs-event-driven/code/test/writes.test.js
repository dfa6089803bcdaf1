import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { apply, applyAround, fresh, project } from "../database.js";
import { seeded } from "../core/random.js";

let writes, reads;
before(async () => {
  writes = await fresh("test_writes", "schema.sql");
  reads = await fresh("test_reads", "read.sql");
});
after(() => Promise.all([writes.end(), reads.end()]));
beforeEach(async () => {
  await writes`TRUNCATE event, total, refused`;
  await writes`UPDATE progress SET next = 0`;
  await reads`TRUNCATE view`;
});

const batch = (from, to, entities = 10) => Array.from({ length: to - from }, (_, i) =>
  ({ offset: from + i, id: from + i, entity: (from + i) % entities, version: from + i, amount: 5 }));
const counted = async () => Number((await writes`SELECT coalesce(sum(events), 0) AS n FROM total`)[0].n);

test("a batch applied twice counts once", async () => {
  assert.equal(await apply(writes, 0, batch(0, 500)), 500);
  assert.equal(await apply(writes, 0, batch(0, 500)), 0);
  assert.equal(await counted(), 500);
});

test("a batch cut differently adds only what is new", async () => {
  await apply(writes, 0, batch(0, 500));
  assert.equal(await apply(writes, 0, batch(400, 700)), 200);
  assert.equal(await counted(), 700);
});

test("an old owner and a new one with overlapping batches count each record once", async () => {
  for (let at = 0; at < 4_000; at += 100) {
    await Promise.all([
      apply(writes, 0, batch(at, at + 100)), apply(writes, 0, batch(Math.max(0, at - 50), at + 100))]);
  }
  assert.equal(await counted(), 4_000);
});

test("a fact published twice, at two offsets, counts once", async () => {
  const twice = batch(100, 200).map((record) => ({ ...record, id: record.id - 100 }));
  await apply(writes, 0, batch(0, 100));
  assert.equal(await apply(writes, 0, twice), 0);
  assert.equal(await counted(), 100);
});

test("a gap is refused and nothing of the batch stays", async () => {
  await apply(writes, 0, batch(0, 100));
  await assert.rejects(apply(writes, 0, batch(150, 200)), /gap before 150/);
  assert.equal(await counted(), 100);
});

test("a poison record is set aside and its neighbours are applied", async () => {
  const records = batch(0, 1_000);
  records[613].amount = "five";
  assert.equal(await applyAround(writes, 0, records), 999);
  assert.equal(await counted(), 999);
  const rows = await writes`SELECT part, pos, reason FROM refused`;
  assert.deepEqual(rows.map(({ part, pos }) => [part, Number(pos)]), [[0, 613]]);
  assert.equal(Number((await writes`SELECT next FROM progress WHERE part = 0`)[0].next), 1_000);
});

test("a stale version changes no document and is no error", async () => {
  await project(reads, [{ entity: 1, version: 7, amount: 70 }]);
  assert.equal(await project(reads, [{ entity: 1, version: 6, amount: 60 }]), 0);
  const [{ doc }] = await reads`SELECT doc FROM view`;
  assert.deepEqual(doc, { entity: 1, version: 7, amount: 70 });
});

test("documents end the same in whatever order batches come, and however often", async () => {
  const records = batch(0, 600).map((r) => ({ ...r, amount: r.id }));
  const random = seeded(5);
  const ends = new Set();
  for (let round = 0; round < 5; round++) {
    await reads`TRUNCATE view`;
    const parts = Array.from({ length: 30 }, (_, i) => records.slice((i % 20) * 30, (i % 20) * 30 + 30));
    for (const part of parts.sort(() => random() - 0.5)) await project(reads, part);
    ends.add(JSON.stringify(await reads`SELECT doc FROM view ORDER BY entity`));
  }
  assert.equal(ends.size, 1);
});
