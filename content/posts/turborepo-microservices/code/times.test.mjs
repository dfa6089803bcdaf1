// How long the real turbo takes, and what a task sees.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildTask } from "./changes.mjs";
import * as times from "./times.mjs";
import { Workspace } from "./workspace.mjs";

test("a build takes at least its longest chain of changed packages: two, one, none", () => {
  const seconds = Object.fromEntries(times.rows(600, 1).map((row) => [row.edit, Number(row.median)]));
  const two = [seconds["empty cache"], seconds["source of the package money"], seconds["REGION, declared"]];
  const one = seconds["source of the service notify"];
  const none = [seconds.nothing, seconds["every file touched, every dist deleted"]];
  assert.ok(Math.min(...two) >= 2 * 0.6, JSON.stringify(seconds));
  assert.ok(one >= 0.6, JSON.stringify(seconds));
  assert.ok(Math.min(...two) > one && one > Math.max(...none), JSON.stringify(seconds));
});

test("strict mode hides a variable that turbo.json does not name, and the build writes its default", () => {
  const shop = Workspace.fresh({ CURRENCY: "USD" });
  const currency = (...options) => {
    shop.build("--force", "--filter=@shop/log", ...options);
    return shop.read("packages/log/dist/index.mjs").match(/currency (\w+)/)[1];
  };
  assert.equal(currency(), "none");
  assert.equal(currency("--env-mode=loose"), "USD");
  assert.equal((buildTask(shop, { passThroughEnv: ["CURRENCY"] }), currency()), "USD");
  shop.remove();
});
