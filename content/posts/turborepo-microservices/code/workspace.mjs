// Copies of the workspace `shop/` in temporary folders, and the real `turbo` in them. All IO of the experiments is here
// and in cache-server.mjs.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PACKAGES } from "./keys.mjs";

const IGNORED = "dist/\npruned/\nnode_modules/\n.turbo/\ngenerated.mjs\n";
const SETTINGS = ["user.name=shop", "user.email=shop@example.org", "init.defaultBranch=main"].flatMap((setting) => [
  "-c",
  setting,
]);

/** What a workspace gets of the caller's environment: a REGION in the caller's shell would change outputs. */
const CALLER = Object.fromEntries(["PATH", "HOME", "TMPDIR"].map((name) => [name, process.env[name]]));

/** The folder of a package in the workspace. */
export const folderOf = (name) => (PACKAGES[name].isService ? `apps/${name}` : `packages/${name}`);

/** A copy of the workspace that is a Git repository with one commit. */
export class Workspace {
  constructor(from, environment = {}) {
    this.path = mkdtempSync(join(tmpdir(), "shop-"));
    this.environment = environment;
    cpSync(from, this.path, { recursive: true, preserveTimestamps: true });
  }

  /** The workspace as it is in this folder, committed. */
  static fresh(environment) {
    const workspace = new Workspace(new URL("shop", import.meta.url).pathname, environment);
    workspace.write(".gitignore", IGNORED);
    workspace.git("init", "--quiet");
    workspace.commit("The shop");
    return workspace;
  }

  /** A copy with everything in it: history, cache, outputs. */
  copy(environment = this.environment) {
    return new Workspace(this.path, environment);
  }

  /** A clone without cache and outputs, as on a pipeline's machine. */
  clone(...options) {
    const path = mkdtempSync(join(tmpdir(), "shop-"));
    execFileSync("git", ["clone", "--quiet", ...options, `file://${this.path}`, path]);
    const clone = Object.create(Workspace.prototype);
    return Object.assign(clone, { path, environment: this.environment });
  }

  read(name) {
    return readFileSync(join(this.path, name), "utf8");
  }

  write(name, text) {
    writeFileSync(join(this.path, name), text);
  }

  edit(name, change) {
    this.write(name, change(this.read(name)));
    return this;
  }

  git(...words) {
    return execFileSync("git", [...SETTINGS, ...words], { cwd: this.path, encoding: "utf8" }).trim();
  }

  commit(message) {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--allow-empty", "--message", message);
    return this;
  }

  /** Puts another Node.js first on the path, and its version into NODE_VERSION. Bun plays it, except for turbo. */
  useOtherNode() {
    const bin = mkdtempSync(join(tmpdir(), "shop-bin-"));
    const real = execFileSync("sh", ["-c", "command -v node"], { encoding: "utf8" }).trim();
    const choose = `#!/bin/sh\ncase "$1" in *turbo) exec ${real} "$@";; *) exec bun "$@";; esac\n`;
    writeFileSync(join(bin, "node"), choose, { mode: 0o755 });
    this.environment = { ...this.environment, PATH: `${bin}:${process.env.PATH}` };
    return this.exportNodeVersion();
  }

  /** What a pipeline does with `export NODE_VERSION=$(node --print process.version)`. */
  exportNodeVersion() {
    const NODE_VERSION = this.node(["--print", "process.version"], this.environment).trim();
    this.environment = { ...this.environment, NODE_VERSION };
    return this;
  }

  /** Runs the Node.js that is on the path of the workspace. */
  node(words, environment) {
    return execFileSync("node", words, { cwd: this.path, env: { ...CALLER, ...environment }, encoding: "utf8" });
  }

  /** Runs turbo. Returns what it printed. */
  turbo(...words) {
    const env = { ...CALLER, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1", ...this.environment };
    const result = spawnSync("turbo", [...words, "--no-color"], { cwd: this.path, env, encoding: "utf8" });
    if (result.error) throw new Error("turbo is missing: npm install --global turbo");
    if (result.status !== 0) throw new Error(`turbo ${words.join(" ")}: ${result.stdout}${result.stderr}`);
    return result.stdout;
  }

  /** Builds. Returns for each package whether its task was a hit or ran. */
  build(...options) {
    const lines = this.turbo("run", "build", ...options).matchAll(/^@shop\/(\w+):build: cache (hit|miss|bypass)/gm);
    return Object.fromEntries([...lines].map(([, name, state]) => [name, state === "hit" ? "hit" : "ran"]));
  }

  /** The packages whose build a filter runs, in alphabetical order. */
  selected(...options) {
    return this.tasks(["build"], ...options).map(({ package: name }) => name.replace("@shop/", "")).sort();
  }

  /** What turbo says of the tasks that it would run, keys included. A package without a script for a task has none. */
  tasks(names, ...options) {
    const { tasks } = JSON.parse(this.turbo("run", ...names, "--dry=json", ...options));
    return tasks.filter((task) => task.command !== "<NONEXISTENT>");
  }

  /** The output of each package, as it is on the disk. */
  outputs() {
    const entries = Object.keys(PACKAGES).map((name) => [name, this.read(`${folderOf(name)}/dist/index.mjs`)]);
    return Object.fromEntries(entries);
  }

  /** The files that `turbo prune` writes for a service, without what it adds. */
  pruned(name) {
    this.turbo("prune", `@shop/${name}`, "--docker", "--out-dir=pruned");
    const files = execFileSync("find", [".", "-type", "f"], { cwd: join(this.path, "pruned/full"), encoding: "utf8" });
    return files.trim().split("\n").map((file) => file.slice(2)).sort();
  }

  /** The output of each package that the same sources, tools and visible variables give without a cache. */
  truth(mode) {
    const plain = this.copy();
    const script = new URL("plain.mjs", import.meta.url).pathname;
    plain.node([script, ...Object.keys(PACKAGES).map(folderOf)], this.visible(mode));
    const outputs = plain.outputs();
    plain.remove();
    return outputs;
  }

  /** The variables that a build task sees: in strict mode those that turbo.json names. */
  visible(mode) {
    const { globalEnv = [], tasks } = JSON.parse(this.read("turbo.json"));
    const named = ["PATH", ...globalEnv, ...tasks.build.env, ...tasks.build.passThroughEnv];
    const entries = Object.entries(this.environment);
    return Object.fromEntries(entries.filter(([name]) => mode === "loose" || named.includes(name)));
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true });
  }
}
