import assert from "node:assert/strict";
import { test } from "node:test";
import { rowsOf, saved } from "../csv.js";
import { crashes } from "../experiments/crashes.js";

test("a crash between two steps loses, doubles or does neither", async () => {
  for (const text of [saved("crashes.csv"), await crashes({ records: 1_500 })]) {
    const shape = rowsOf(text).map(({ design, lost, doubled }) => [design, lost > 0, doubled > 0]);
    assert.deepEqual(shape, [["offset first", true, false], ["effect first", false, true], ["together", false, false]]);
  }
});
