// Makes an edit in a real workspace: what turbo ran, and whether what it left in `dist` is what a build without a cache
// writes.
import assert from "node:assert/strict";
import { PACKAGES, judge, start, verdict } from "./keys.mjs";
import { Workspace } from "./workspace.mjs";

/** What the real turbo does with an edit: a verdict for each package. */
export function observed({ name, mode, before, real }, built) {
  const shop = built.copy();
  const build = () => shop.build(`--env-mode=${mode}`);
  if (before.real(shop) !== undefined) build();
  const old = shop.outputs();
  assert.deepEqual(old, shop.truth(mode), `${name}: wrong before the edit`);
  real(shop);
  const tasks = build();
  const [left, truth] = [shop.outputs(), shop.truth(mode)];
  shop.remove();
  const verdicts = Object.keys(PACKAGES).map((one) => {
    const ran = tasks[one] === "ran";
    if (ran) assert.equal(left[one], truth[one], `${name}: ${one} ran, and its output is wrong`);
    return [one, verdict(ran, (ran ? old[one] : left[one]) !== truth[one])];
  });
  return Object.fromEntries(verdicts);
}

/** What the model says of an edit. */
export function predicted(edit) {
  const before = start();
  edit.before.model(before);
  const after = structuredClone(before);
  edit.model(after);
  return judge(before, after);
}

/** A workspace whose cache holds its build. */
export function built() {
  const shop = Workspace.fresh();
  shop.build();
  return shop;
}

/** A row of `results/edits.csv`: how many of the five tasks have each verdict. */
export function row(edit, verdicts) {
  const count = (word) => Object.values(verdicts).filter((verdict) => verdict === word).length;
  const [rebuilt, needless, hits, stale] = ["rebuilt", "needless", "hit", "stale"].map(count);
  return { edit: edit.name, rebuilt, needless, hits, stale };
}
