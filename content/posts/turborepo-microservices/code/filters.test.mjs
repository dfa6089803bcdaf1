// What the real turbo selects and prunes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { comment, turboJson } from "./changes.mjs";
import * as cures from "./cures.mjs";
import * as filters from "./filters.mjs";
import { assertPublished } from "./published.mjs";
import { Workspace } from "./workspace.mjs";

test("filters select what the article's table shows", () => assertPublished("filters.csv", filters.rows()));

test("only a package is seen by filters and copied by prune without a flag", () =>
  assertPublished("cures.csv", cures.rows()));

test("on GitHub --affected takes the base branch for a local one, unless a flag says otherwise", () => {
  const origin = Workspace.fresh();
  origin.git("switch", "--quiet", "--create", "change");
  origin.edit("packages/money/src/index.mjs", comment).commit("A comment in money");
  const clone = origin.clone("--branch", "change");
  clone.environment = { GITHUB_ACTIONS: "true", GITHUB_BASE_REF: "main" };
  assert.equal(filters.shown(clone, "--affected"), "all five");
  turboJson(clone, { futureFlags: { githubActionsRemoteBaseRefFallback: true } });
  clone.git("update-index", "--assume-unchanged", "turbo.json");
  assert.equal(filters.shown(clone, "--affected"), "ledger, log, money, payouts");
  origin.remove();
  clone.remove();
});

test("a package that is used by a version which is not its own is no longer a dependency", () => {
  const shop = Workspace.fresh();
  const needs = () => shop.tasks(["build"]).find((task) => task.taskId === "@shop/payouts#build").dependencies;
  const fix = (text) => text.replace('"@shop/money": "workspace:*"', '"@shop/money": "1.0.0"');
  shop.edit("apps/payouts/package.json", fix);
  assert.deepEqual(needs(), ["@shop/log#build", "@shop/money#build"]);
  shop.edit("packages/money/package.json", (text) => text.replace("1.0.0", "1.0.1"));
  assert.deepEqual(needs(), ["@shop/log#build"]);
  shop.remove();
});
