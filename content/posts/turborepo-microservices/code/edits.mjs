// The edits: each is made twice, to the model of keys.mjs and to a real workspace. `prepare` sets up what
// is in the cache before, and returns nothing if that is the plain workspace.
import { mkdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { PACKAGES } from "./keys.mjs";
import { folderOf } from "./workspace.mjs";

const comment = (text) => `${text}// changed\n`;
const json = (change) => (text) => `${JSON.stringify(change(JSON.parse(text)), null, 2)}\n`;
const build = (settings) => json((turbo) => ({ ...turbo, tasks: { ...turbo.tasks, build: { ...turbo.tasks.build, ...settings } } }));

const TOOL = "packages/build";

/** Moves the build script into a package of its own, on which all others depend. */
export function useTool(shop) {
  mkdirSync(join(shop.path, TOOL));
  shop.write(`${TOOL}/build.mjs`, shop.read("build.mjs"));
  shop.write(`${TOOL}/package.json`, '{ "name": "@shop/build", "version": "1.0.0", "private": true }\n');
  const needs = json((manifest) => ({
    ...manifest,
    scripts: { build: `node ../../${TOOL}/build.mjs` },
    devDependencies: { "@shop/build": "1.0.0" },
  }));
  for (const name of Object.keys(PACKAGES)) shop.edit(`${folderOf(name)}/package.json`, needs);
  return shop.edit("package-lock.json", json((lock) => {
    lock.packages[TOOL] = { name: "@shop/build", version: "1.0.0" };
    lock.packages["node_modules/@shop/build"] = { resolved: TOOL, link: true };
    for (const name of Object.keys(PACKAGES)) lock.packages[folderOf(name)].devDependencies = { "@shop/build": "1.0.0" };
    return lock;
  }));
}

/** An edit with nothing to prepare. */
const edit = (name, reads, model, real) => ({ name, reads, model, real, prepare: { model() {}, real() {} }, options: [] });

export const EDITS = [
  edit("nothing", "", () => {}, () => {}),
  edit("every file touched, every dist deleted", "", () => {}, (shop) => {
    for (const name of Object.keys(PACKAGES)) {
      utimesSync(join(shop.path, folderOf(name), "src/index.mjs"), new Date(), new Date());
      rmSync(join(shop.path, folderOf(name), "dist"), { recursive: true });
    }
  }),
  edit("source of the service notify", "own sources", (state) => (state.packages.notify.source += "!"), (shop) =>
    shop.edit("apps/notify/src/index.mjs", comment)),
  edit("source of the package money", "packages", (state) => (state.packages.money.source += "!"), (shop) =>
    shop.edit("packages/money/src/index.mjs", comment)),
  edit("version of money, nothing else", "packages", (state) => (state.packages.money.manifest = "1.0.1"), (shop) => {
    const raise = json((manifest) => ({ ...manifest, version: "1.0.1" }));
    shop.edit("packages/money/package.json", raise);
  }),
  edit("untracked note in ledger", "own sources", (state) => (state.packages.ledger.untracked = "note"), (shop) =>
    shop.write("apps/ledger/note.txt", "later\n")),
  edit("ignored, generated source of ledger", "own sources", (state) => (state.packages.ledger.ignored = "generated"), (shop) =>
    shop.write("apps/ledger/src/generated.mjs", "// generated\n")),
  edit("locked version of a library of ledger", "lockfile", (state) => (state.packages.ledger.locked = "2.1.2"), (shop) =>
    shop.edit("package-lock.json", (text) => text.replace('"version": "2.1.3"', '"version": "2.1.2"'))),
  edit("REGION, declared", "environment", (state) => (state.environment.REGION = "eu"), (shop) =>
    (shop.environment = { ...shop.environment, REGION: "eu" })),
  edit("CURRENCY, not declared, strict mode", "environment", (state) => (state.environment.CURRENCY = "USD"), (shop) =>
    (shop.environment = { ...shop.environment, CURRENCY: "USD" })),
  {
    ...edit("CURRENCY, not declared, loose mode", "environment", (state) => (state.environment.CURRENCY = "USD"), (shop) =>
      (shop.environment = { ...shop.environment, CURRENCY: "USD" })),
    prepare: {
      model: (state) => Object.assign(state, { mode: "loose", environment: { CURRENCY: "INR" } }),
      real: (shop) => (shop.environment = { ...shop.environment, CURRENCY: "INR" }),
    },
    options: ["--env-mode=loose"],
  },
  edit("build script in the root", "root files", (state) => (state.script += "!"), (shop) =>
    shop.edit("build.mjs", (text) => text.replace("// region", "// Region"))),
  {
    ...edit("the same, named in globalDependencies", "root files", (state) => (state.script += "!"), (shop) =>
      shop.edit("build.mjs", (text) => text.replace("// region", "// Region"))),
    prepare: {
      model: (state) => (state.globalFiles = ["script"]),
      real: (shop) => shop.edit("turbo.json", json((turbo) => ({ globalDependencies: ["build.mjs"], ...turbo }))),
    },
  },
  {
    ...edit("the same, named in inputs by $TURBO_ROOT$", "root files", (state) => (state.script += "!"), (shop) =>
      shop.edit("build.mjs", (text) => text.replace("// region", "// Region"))),
    prepare: {
      model: (state) => (state.rootInputs = ["script"]),
      real: (shop) => shop.edit("turbo.json", build({ inputs: ["$TURBO_DEFAULT$", "$TURBO_ROOT$/build.mjs"] })),
    },
  },
  {
    ...edit("the same, in a package that all others use", "root files", (state) => (state.script += "!"), (shop) =>
      shop.edit(`${TOOL}/build.mjs`, (text) => text.replace("// region", "// Region"))),
    prepare: { model: (state) => (state.rootInputs = ["script"]), real: useTool },
  },
  edit("engines in the root's package.json", "platform", (state) => (state.engines = ">=22"), (shop) => {
    const raise = json((manifest) => ({ ...manifest, engines: { node: ">=22" } }));
    shop.edit("package.json", raise);
  }),
  edit("another Node.js on the path", "platform", (state) => (state.node = "other"), (shop) => shop.useOtherNode()),
];
