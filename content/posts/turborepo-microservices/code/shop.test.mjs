// The real turbo against the model and against the tables of the article. RESULTS is the folder of the latter.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { csv } from "./csv.mjs";
import { EDITS } from "./edits.mjs";
import * as filters from "./filters.mjs";
import { keyOf, judge, start, PACKAGES } from "./keys.mjs";
import * as remote from "./remote.mjs";
import { built, observed, predicted, row } from "./table.mjs";
import * as times from "./times.mjs";

/** A table of the article, and the comment in its first line. */
function published(name) {
  const text = readFileSync(`${process.env.RESULTS}/${name}`, "utf8");
  return { text, origin: text.slice(2, text.indexOf("\n")) };
}

function assertPublished(name, rows) {
  const { text, origin } = published(name);
  assert.equal(csv(origin, rows), text);
}

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

test("filters select what the article's table shows", () => assertPublished("filters.csv", filters.rows()));

test("a shared key signs for everybody who has it", async () => assertPublished("remote.csv", await remote.rows()));

test("a build takes as long as its critical path: two levels, one, none", () => {
  const seconds = Object.fromEntries(times.rows(600, 1).map((row) => [row.edit, Number(row.median)]));
  const two = [seconds["empty cache"], seconds["source of the package `money`"], seconds["`REGION`, declared"]];
  const none = [seconds.nothing, seconds["every file touched, every `dist` deleted"]];
  assert.ok(Math.min(...two) > seconds["source of the service `notify`"], JSON.stringify(seconds));
  assert.ok(seconds["source of the service `notify`"] > Math.max(...none), JSON.stringify(seconds));
});

test("the key of a package changes with every file that it names, and with nothing else", () => {
  const edits = [
    [(state) => (state.packages.log.source = "new"), ["log", "ledger", "payouts", "notify"]],
    [(state) => (state.packages.notify.untracked = "new"), ["notify"]],
    [(state) => (state.packages.notify.ignored = "new"), []],
    [(state) => (state.script = "new"), []],
    [(state) => (state.environment.CURRENCY = "new"), []],
    [(state) => (state.engines = "new"), Object.keys(PACKAGES)],
  ];
  for (const [edit, expected] of edits) {
    const [before, after] = [start(), start()];
    edit(after);
    assert.deepEqual(Object.keys(PACKAGES).filter((name) => keyOf(name, before) !== keyOf(name, after)), expected, String(edit));
  }
});

test("a state that comes back is a hit", () => {
  assert.deepEqual(new Set(Object.values(judge(start(), start()))), new Set(["hit"]));
});
