// The model alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PACKAGES, judge, keyOf, outputOf, start } from "./keys.mjs";

const ALL = Object.keys(PACKAGES);
const NONE = [];

/** One edit for each part of the state that is not a setting. */
const edits = {
  source: (state) => (state.packages.log.source = "new"),
  untracked: (state) => (state.packages.notify.untracked = "new"),
  ignored: (state) => (state.packages.notify.ignored = "new"),
  manifest: (state) => (state.packages.notify.manifest = "new"),
  locked: (state) => (state.packages.ledger.locked = "new"),
  script: (state) => (state.root["build.mjs"] = "new"),
  engines: (state) => (state.engines = "new"),
  node: (state) => (state.node = "new"),
  REGION: (state) => (state.environment.REGION = "new"),
  CURRENCY: (state) => (state.environment.CURRENCY = "new"),
};
const USERS_OF_LOG = ["log", "ledger", "payouts", "notify"];

/** The packages for which a function of the state differs after each edit. */
function effects(of, settings) {
  const entries = Object.entries(edits).map(([name, edit]) => {
    const [before, after] = [start(), start()].map((state) => Object.assign(state, settings));
    edit(after);
    return [name, ALL.filter((one) => of(one, before) !== of(one, after))];
  });
  return Object.fromEntries(entries);
}

const KEYS = {
  source: USERS_OF_LOG,
  untracked: ["notify"],
  ignored: NONE,
  manifest: ["notify"],
  locked: ["ledger"],
  script: NONE,
  engines: ALL,
  node: NONE,
  REGION: ALL,
  CURRENCY: NONE,
};

for (const [settings, expected] of [
  [{}, {}],
  [{ mode: "loose" }, {}],
  [{ passThroughEnv: ["CURRENCY"] }, {}],
  [{ env: [] }, { REGION: NONE }],
  [{ env: ["REGION", "CURRENCY"] }, { CURRENCY: ALL }],
  [{ globalEnv: ["CURRENCY"] }, { CURRENCY: ALL }],
  [{ globalDependencies: ["build.mjs"] }, { script: ALL }],
  [{ inputs: ["$TURBO_DEFAULT$", "$TURBO_ROOT$/build.mjs"] }, { script: ALL }],
  [{ inputs: ["$TURBO_DEFAULT$", "src/generated.mjs"] }, { ignored: ["notify"] }],
  [{ inputs: ["src/generated.mjs"] }, { ignored: ["notify"], source: NONE, untracked: NONE }],
]) {
  test(`with ${JSON.stringify(settings)}, a key changes with everything that it names, and with nothing else`, () =>
    assert.deepEqual(effects(keyOf, settings), { ...KEYS, ...expected }));
}

test("an output changes with everything that the build reads, and with nothing else", () => {
  const read = { ignored: ["notify"], script: ALL, node: ALL };
  const strict = { ...KEYS, ...read, untracked: NONE, manifest: NONE, engines: NONE };
  assert.deepEqual(effects(outputOf, {}), strict);
  for (const settings of [{ mode: "loose" }, { passThroughEnv: ["CURRENCY"] }, { env: ["REGION", "CURRENCY"] }]) {
    assert.deepEqual(effects(outputOf, settings), { ...strict, CURRENCY: ALL });
  }
});

test("a task is stale if its output changes and its key does not, and needless the other way round", () => {
  const verdicts = (edit) => {
    const after = start();
    edit(after);
    return judge(start(), after);
  };
  const hits = Object.fromEntries(ALL.map((name) => [name, "hit"]));
  assert.deepEqual(verdicts(edits.ignored), { ...hits, notify: "stale" });
  assert.deepEqual(verdicts(edits.untracked), { ...hits, notify: "needless" });
  assert.deepEqual(verdicts(edits.locked), { ...hits, ledger: "rebuilt" });
});
