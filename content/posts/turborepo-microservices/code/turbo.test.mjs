// What the real turbo selects, prunes, trusts, and how long it takes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { useTool } from "./edits.mjs";
import * as filters from "./filters.mjs";
import { assertPublished } from "./published.mjs";
import * as remote from "./remote.mjs";
import * as times from "./times.mjs";
import { Workspace } from "./workspace.mjs";

test("filters select what the article's table shows", () => assertPublished("filters.csv", filters.rows()));

test("a shared key signs for everybody who has it", async () => assertPublished("remote.csv", await remote.rows()));

test("a build takes as long as its critical path: two levels, one, none", () => {
  const seconds = Object.fromEntries(times.rows(600, 1).map((row) => [row.edit, Number(row.median)]));
  const two = [seconds["empty cache"], seconds["source of the package money"], seconds["REGION, declared"]];
  const none = [seconds.nothing, seconds["every file touched, every dist deleted"]];
  assert.ok(Math.min(...two) > seconds["source of the service notify"], JSON.stringify(seconds));
  assert.ok(seconds["source of the service notify"] > Math.max(...none), JSON.stringify(seconds));
});

test("a pruned workspace has the build script only if a package has it", () => {
  const shop = Workspace.fresh();
  const scripts = () => shop.pruned("ledger").filter((file) => file.endsWith("build.mjs"));
  assert.deepEqual(scripts(), []);
  assert.deepEqual((useTool(shop), scripts()), ["packages/build/build.mjs"]);
  shop.remove();
});
