// The core: what Turborepo's cache key of a task contains, and what follows for an edit. No IO. The tests compare every prediction with the real turbo.
//
// A key is a function of what it names: own files, keys of the tasks it depends on, the lockfile's part, declared variables, global files. The output is
// a function of what the build reads. An edit that changes the second and not the first is a stale hit; the reverse is a needless run.

/** The workspace: who depends on whom. */
export const PACKAGES = {
  money: { isService: false, needs: [] },
  log: { isService: false, needs: [] },
  ledger: { isService: true, needs: ["money", "log"] },
  payouts: { isService: true, needs: ["money", "log"] },
  notify: { isService: true, needs: ["log"] },
};

/** A state of the workspace before any edit. Values are contents; only whether they differ matters. */
export function start() {
  const packages = Object.keys(PACKAGES).map((name) => [name, { source: name, manifest: "1.0.0", untracked: "", ignored: "", locked: "" }]);
  return {
    packages: Object.fromEntries(packages),
    script: "build.mjs",
    engines: ">=20",
    node: "20",
    environment: {},
    // What turbo.json says.
    declared: ["REGION"],
    globalFiles: [],
    rootInputs: [],
    mode: "strict",
  };
}

/** The part of the state that all keys contain. */
function globalPart(state) {
  const files = state.globalFiles.map((name) => state[name]);
  return [state.engines, ...files];
}

/** The key of the build of `name`. */
//#region key
export function keyOf(name, state) {
  const own = state.packages[name];
  return JSON.stringify([
    own.source, own.manifest, own.untracked, own.locked,
    state.declared.map((variable) => state.environment[variable] ?? null),
    state.rootInputs.map((file) => state[file]),
    globalPart(state),
    PACKAGES[name].needs.map((need) => keyOf(need, state)),
  ]);
}
//#endregion

/** What the build of `name` writes. */
//#region output
export function outputOf(name, state) {
  const own = state.packages[name];
  const visible = (variable) => state.mode === "loose" || state.declared.includes(variable);
  const variables = ["REGION", "CURRENCY"].map((variable) => (visible(variable) && state.environment[variable]) || "none");
  const used = PACKAGES[name].needs.map((need) => outputOf(need, state));
  return JSON.stringify([variables, state.node, state.script, own.source, own.ignored, own.locked, used]);
}
//#endregion

/** What an edit does to each package's task: the first state is in the cache, then the second is built. */
export function judge(before, after) {
  const verdicts = Object.keys(PACKAGES).map((name) => {
    const ran = keyOf(name, before) !== keyOf(name, after);
    const changes = outputOf(name, before) !== outputOf(name, after);
    return [name, verdict(ran, changes)];
  });
  return Object.fromEntries(verdicts);
}

/** A task in one word: ran or was a hit, and whether that was right. */
export function verdict(ran, changes) {
  if (ran) return changes ? "rebuilt" : "needless";
  return changes ? "stale" : "hit";
}
