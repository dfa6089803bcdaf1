import assert from "node:assert/strict";
import { test } from "node:test";
import { rowsOf, saved } from "../csv.js";
import { deadlocks } from "../experiments/deadlocks.js";
import { commit, GROUPS } from "../experiments/rates.js";

const find = (rows, wanted) => rows.find((row) =>
  Object.entries(wanted).every(([column, value]) => row[column] === value));

test("batches opposite in order deadlock, sorted ones never", async () => {
  for (const text of [saved("deadlocks.csv"), await deadlocks({ rounds: 10 })]) {
    const rows = rowsOf(text);
    assert.ok(find(rows, { order: "as they came" }).deadlocks > 0);
    assert.equal(find(rows, { order: "by entity" }).deadlocks, 0);
  }
});

test("a hundred records a commit are at least three times as fast as one, on one partition", async () => {
  const groups = GROUPS.slice(0, 1);
  const again = await commit({ rounds: 1, scale: 0.25, batches: [1, 100], groups });
  for (const text of [saved("commit.csv"), again]) {
    const rows = rowsOf(text);
    const rate = (size) => find(rows, { group: groups[0].group, commit: size }).rate;
    assert.ok(rate(100) > 3 * rate(1), `${rate(100)} against ${rate(1)}`);
  }
});
