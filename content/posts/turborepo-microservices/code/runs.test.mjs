// Several runs over one cache: the model of runs.mjs and the real turbo.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildTask, comment } from "./changes.mjs";
import { PACKAGES, outputOf, start } from "./keys.mjs";
import { spread } from "./remote.mjs";
import { poison, run } from "./runs.mjs";
import { Workspace } from "./workspace.mjs";

/** What a run of the model did, in words: whether each task ran, and whether its output is what the sources say. */
function words(state, tasks) {
  const entries = Object.entries(tasks).map(([name, { ran, output }]) => {
    const word = ran ? "ran" : "hit";
    return [name, output === outputOf(name, state) ? word : `${word}, wrong`];
  });
  return Object.fromEntries(entries);
}

const all = (word) => Object.fromEntries(Object.keys(PACKAGES).map((name) => [name, word]));

const currency = (value) => ({
  model: (state) => (state.environment = { CURRENCY: value }),
  real: (shop) => (shop.environment = { CURRENCY: value }),
});
const task = (settings) => ({
  model: (state) => Object.assign(state, settings),
  real: (shop) => buildTask(shop, settings),
});
const sourceOfMoney = {
  model: (state) => (state.packages.money.source += "!"),
  real: (shop) => shop.edit("packages/money/src/index.mjs", comment),
};
const passed = task({ passThroughEnv: ["CURRENCY"] });
const declared = task({ passThroughEnv: [], env: ["REGION", "CURRENCY"] });

/** Changes, each with what the run after it does. */
const SEQUENCES = {
  "a package that runs after a stale hit is wrong, and stays wrong when the variable has its old value": [
    [passed, all("ran")],
    [currency("INR"), all("hit, wrong")],
    [sourceOfMoney, { ...all("hit, wrong"), money: "ran", ledger: "ran, wrong", payouts: "ran, wrong" }],
    [currency(undefined), { ...all("hit, wrong"), log: "hit", notify: "hit" }],
  ],
  "whoever declares the variable builds everything once, and each value has its own results": [
    [passed, all("ran")],
    [currency("INR"), all("hit, wrong")],
    [declared, all("ran")],
    [currency("USD"), all("ran")],
  ],
};

for (const [name, steps] of Object.entries(SEQUENCES)) {
  test(name, () => {
    const [state, cache, shop] = [start(), new Map(), Workspace.fresh()];
    for (const [change, expected] of steps) {
      change.model(state);
      change.real(shop);
      assert.deepEqual(words(state, run(state, cache)), expected);
      const [tasks, outputs, truth] = [shop.build(), shop.outputs(), shop.truth("strict")];
      const observed = Object.keys(PACKAGES).map((one) => {
        const isRight = outputs[one] === truth[one];
        return [one, isRight ? tasks[one] : `${tasks[one]}, wrong`];
      });
      assert.deepEqual(Object.fromEntries(observed), expected);
    }
    shop.remove();
  });
}

test("an honest machine builds on what it restored from the attacker, and stores it under a new key", async () => {
  const [state, cache] = [start(), new Map()];
  poison(state, cache);
  state.packages.ledger.source += "!";
  const machines = [run(state, cache), run(state, cache)].map((tasks) => words(state, tasks));
  assert.deepEqual(machines, [{ ...all("hit, wrong"), ledger: "ran, wrong" }, all("hit, wrong")]);
  assert.deepEqual(await spread(), machines);
});
