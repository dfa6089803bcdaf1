// Makes an edit in a real workspace: what turbo ran, and whether what it left in `dist` is what a build without a cache writes.
import { PACKAGES, judge, start, verdict } from "./keys.mjs";
import { Workspace } from "./workspace.mjs";

/** What the real turbo does with an edit: a verdict for each package. */
export function observed(edit, built) {
  const shop = built.copy();
  if (edit.prepare.real(shop) !== undefined) shop.build(...edit.options);
  const before = shop.outputs();
  edit.real(shop);
  const tasks = shop.build(...edit.options);
  const { CURRENCY: hidden, ...visible } = shop.environment;
  // What a build of its own would see: in strict mode, no undeclared variable.
  const reference = shop.copy(edit.options.includes("--env-mode=loose") ? { ...visible, CURRENCY: hidden } : visible);
  const truth = reference.truth();
  const verdicts = Object.keys(PACKAGES).map((name) => {
    const ran = tasks[name] === "ran";
    if (ran && shop.outputs()[name] !== truth[name]) throw new Error(`${edit.name}: ${name} ran, and its output is wrong`);
    return [name, verdict(ran, before[name] !== truth[name])];
  });
  reference.remove();
  shop.remove();
  return Object.fromEntries(verdicts);
}

/** What the model says of an edit. */
export function predicted(edit) {
  const before = start();
  edit.prepare.model(before);
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
  return { edit: edit.name, reads: edit.reads, rebuilt: count("rebuilt"), needless: count("needless"), hits: count("hit"), stale: count("stale") };
}
