// The model alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PACKAGES, judge, keyOf, start } from "./keys.mjs";

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
