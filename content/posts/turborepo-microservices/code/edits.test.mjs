// Every edit, made to a real workspace and to the model of the key.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EDITS } from "./edits.mjs";
import { assertPublished } from "./published.mjs";
import { built, observed, predicted, row } from "./table.mjs";

test("every edit has the effect that the model of the key predicts, and the article's table shows", async (context) => {
  const shop = built();
  const rows = [];
  for (const edit of EDITS) {
    await context.test(edit.name, () => {
      const verdicts = observed(edit, shop);
      rows.push(row(edit, verdicts));
      assert.deepEqual(verdicts, predicted(edit));
    });
  }
  shop.remove();
  assertPublished("edits.csv", rows);
});
