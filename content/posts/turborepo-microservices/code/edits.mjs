// The edits: each is made twice, to the model of keys.mjs and to a real workspace.
import { rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { TOOL_SCRIPT, buildTask, changeScript, comment, json, turboJson, useTool } from "./changes.mjs";
import { PACKAGES, newPackage } from "./keys.mjs";
import { folderOf } from "./workspace.mjs";

/** What is in the cache before the edit: `real` returns nothing if that is the plain workspace. */
const PLAIN = { model() {}, real() {} };
const edit = (name, model, real, before = PLAIN) => ({ name, model, real, before, mode: "strict" });

const sets = (variables) => (shop) => (shop.environment = { ...shop.environment, ...variables });
const sourceOfMoney = [
  (state) => (state.packages.money.source += "!"),
  (shop) => shop.edit("packages/money/src/index.mjs", comment),
];
const generated = [
  (state) => (state.packages.ledger.ignored = "new"),
  (shop) => shop.write("apps/ledger/src/generated.mjs", "// new\n"),
];
const dollars = [(state) => (state.environment.CURRENCY = "USD"), sets({ CURRENCY: "USD" })];
const script = [(state) => (state.root["build.mjs"] += "!"), (shop) => changeScript(shop)];
const scriptOfTool = [(state) => (state.packages.build.source += "!"), (shop) => changeScript(shop, TOOL_SCRIPT)];
const otherNode = (state) => Object.assign(state, { node: "other", environment: { NODE_VERSION: "other" } });

/** The build ran with rupees, and the task has these settings. */
const rupees = (settings) => ({
  model: (state) => Object.assign(state, settings, { environment: { CURRENCY: "INR" } }),
  real: (shop) => (sets({ CURRENCY: "INR" })(shop), "mode" in settings ? shop : buildTask(shop, settings)),
});
const loose = (one) => ({ ...one, mode: "loose" });

/** The task names these inputs. */
const inputs = (...names) => ({
  model: (state) => (state.inputs = names),
  real: (shop) => buildTask(shop, { inputs: names }),
});

export const EDITS = [
  edit("nothing", () => {}, () => {}),
  edit("every file touched, every dist deleted", () => {}, (shop) => {
    for (const name of Object.keys(PACKAGES)) {
      utimesSync(join(shop.path, folderOf(name), "src/index.mjs"), new Date(), new Date());
      rmSync(join(shop.path, folderOf(name), "dist"), { recursive: true });
    }
  }),
  edit("source of the service notify", (state) => (state.packages.notify.source += "!"), (shop) =>
    shop.edit("apps/notify/src/index.mjs", comment)),
  edit("source of the package money", ...sourceOfMoney),
  edit("the same, inputs without $TURBO_DEFAULT$", ...sourceOfMoney, inputs("$TURBO_ROOT$/build.mjs")),
  edit("version of money, nothing else", (state) => (state.packages.money.manifest = "1.0.1"), (shop) => {
    const raise = json((manifest) => ({ ...manifest, version: "1.0.1" }));
    shop.edit("packages/money/package.json", raise);
  }),
  edit("untracked note in ledger", (state) => (state.packages.ledger.untracked = "note"), (shop) =>
    shop.write("apps/ledger/note.txt", "later\n")),
  edit("ignored, generated source of ledger", ...generated),
  edit("the same, named in inputs", ...generated, inputs("$TURBO_DEFAULT$", "src/generated.mjs")),
  edit("locked version of a library of ledger", (state) => (state.packages.ledger.locked = "2.1.2"), (shop) =>
    shop.edit("bun.lock", (text) => text.replace("ms@2.1.3", "ms@2.1.2"))),
  edit("REGION, declared", (state) => (state.environment.REGION = "eu"), sets({ REGION: "eu" })),
  edit("CURRENCY, not declared, strict mode", ...dollars),
  loose(edit("CURRENCY, not declared, loose mode", ...dollars, rupees({ mode: "loose" }))),
  edit("CURRENCY, in passThroughEnv", ...dollars, rupees({ passThroughEnv: ["BUILD_MS", "CURRENCY"] })),
  edit("CURRENCY, in env", ...dollars, rupees({ env: ["REGION", "CURRENCY"] })),
  edit("build script in the root", ...script),
  edit("the same, named in globalDependencies", ...script, {
    model: (state) => (state.globalDependencies = ["build.mjs"]),
    real: (shop) => turboJson(shop, { globalDependencies: ["build.mjs"] }),
  }),
  edit("the same, named in inputs by $TURBO_ROOT$", ...script, inputs("$TURBO_DEFAULT$", "$TURBO_ROOT$/build.mjs")),
  edit("the same, in a package that all others use", ...scriptOfTool, {
    model(state) {
      state.packages.build = newPackage("script", []);
      for (const name of Object.keys(PACKAGES)) state.packages[name].needs.push("build");
    },
    real: useTool,
  }),
  edit("engines in the root's package.json", (state) => (state.engines = ">=22"), (shop) => {
    const raise = json((manifest) => ({ ...manifest, engines: { node: ">=22" } }));
    shop.edit("package.json", raise);
  }),
  edit("another Node.js on the path", otherNode, (shop) => shop.useOtherNode()),
  edit("the same, its version in globalEnv", otherNode, (shop) => shop.useOtherNode(), {
    model: (state) => Object.assign(state, { globalEnv: ["NODE_VERSION"], environment: { NODE_VERSION: "20" } }),
    real: (shop) => turboJson(shop.exportNodeVersion(), { globalEnv: ["NODE_VERSION"] }),
  }),
];
