// The core: what Turborepo's cache key of a task contains, and what follows for an edit. No IO. The tests compare
// every prediction with the real turbo.
//
// A key is a function of what it names: own files, keys of the tasks it depends on, the lockfile's part, declared
// variables, global files. The output is a function of what the build reads. An edit that changes the second and not
// the first is a stale hit; the reverse is a needless run. runs.mjs has what a cache makes of both, run after run.

/** The workspace: who depends on whom. */
export const PACKAGES = {
  money: { isService: false, needs: [] },
  log: { isService: false, needs: [] },
  ledger: { isService: true, needs: ["money", "log"] },
  payouts: { isService: true, needs: ["money", "log"] },
  notify: { isService: true, needs: ["log"] },
};

/** A package before any edit. Values are contents; only whether they differ matters. */
export const newPackage = (source, needs) => {
  const own = { source, manifest: "1.0.0", untracked: "", ignored: "", locked: "" };
  return { ...own, needs: [...needs] };
};

/** A state of the workspace before any edit. */
export function start() {
  const packages = Object.entries(PACKAGES).map(([name, { needs }]) => [name, newPackage(name, needs)]);
  return {
    packages: Object.fromEntries(packages),
    root: { "build.mjs": "script" },
    engines: ">=20",
    node: "20",
    environment: {},
    // What turbo.json says, under its names, and the mode of the command line.
    inputs: ["$TURBO_DEFAULT$"],
    env: ["REGION"],
    passThroughEnv: [],
    globalEnv: [],
    globalDependencies: [],
    mode: "strict",
  };
}

/** The key of the build of `name`. */
//#region key
export function keyOf(name, state) {
  const own = state.packages[name];
  const values = (names) => names.map((variable) => state.environment[variable] ?? null);
  const files = {
    "$TURBO_DEFAULT$": [own.source, own.untracked],
    "$TURBO_ROOT$/build.mjs": state.root["build.mjs"],
    "src/generated.mjs": own.ignored,
  };
  return JSON.stringify([
    own.manifest, own.locked, state.inputs.map((input) => files[input]),
    state.mode, state.passThroughEnv, values(state.env), values(state.globalEnv),
    state.engines, state.globalDependencies.map((file) => state.root[file]),
    own.needs.map((need) => keyOf(need, state)),
  ]);
}
//#endregion

/** What the build of `name` writes. `built` is what a package that it uses has written, right by default. */
//#region output
export function outputOf(name, state, built = (need) => outputOf(need, state)) {
  const own = state.packages[name];
  const named = [...state.env, ...state.globalEnv, ...state.passThroughEnv];
  const seen = (variable) => state.mode === "loose" || named.includes(variable);
  const value = (variable) => (seen(variable) && state.environment[variable]) || "none";
  return JSON.stringify([
    own.source, own.ignored, own.locked, value("REGION"), value("CURRENCY"),
    state.root["build.mjs"], state.node,
    own.needs.map((need) => built(need)),
  ]);
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
