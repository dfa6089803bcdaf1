// Copies of the workspace `shop/` in temporary folders, and the real `turbo` in them. All IO of the experiments is here and in cache-server.mjs.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PACKAGES } from "./keys.mjs";

const IGNORED = "dist/\npruned/\nnode_modules/\n.turbo/\ngenerated.mjs\n";
const AUTHOR = ["-c", "user.name=shop", "-c", "user.email=shop@example.org", "-c", "init.defaultBranch=main", "-c", "advice.detachedHead=false"];

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
    return execFileSync("git", [...AUTHOR, ...words], { cwd: this.path, encoding: "utf8" }).trim();
  }

  commit(message) {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message", message);
  }

  /** Puts another Node.js first on the path, for builds only: npm keeps its own. Bun answers to the name. */
  useOtherNode() {
    const bin = mkdtempSync(join(tmpdir(), "shop-bin-"));
    const real = execFileSync("sh", ["-c", "command -v node"], { encoding: "utf8" }).trim();
    const choose = `#!/bin/sh\ncase "$1" in *build.mjs) exec bun "$@";; *) exec ${real} "$@";; esac\n`;
    writeFileSync(join(bin, "node"), choose, { mode: 0o755 });
    this.environment = { ...this.environment, PATH: `${bin}:${process.env.PATH}` };
  }

  /** Runs turbo. Returns what it printed. */
  turbo(...words) {
    const keep = ({ PATH, HOME, TMPDIR }) => ({ PATH, HOME, TMPDIR });
    const env = { ...keep(process.env), TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1", ...this.environment };
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

  /** The packages whose build a filter resolves to, in alphabetical order. */
  resolved(...options) {
    const { packages } = JSON.parse(this.turbo("run", "build", "--dry=json", ...options));
    return packages.filter((name) => name !== "//").map((name) => name.replace("@shop/", "")).sort();
  }

  /** The tasks that a filter runs, in alphabetical order. */
  tasks(...options) {
    const { tasks } = JSON.parse(this.turbo("run", "build", "--dry=json", ...options));
    return tasks.map((task) => task.package.replace("@shop/", "")).sort();
  }

  /** The output of each package, as it is on the disk. */
  outputs() {
    return Object.fromEntries(Object.keys(PACKAGES).map((name) => [name, this.read(`${folderOf(name)}/dist/index.mjs`)]));
  }

  /** The files that `turbo prune` writes for a service, without what it adds. */
  pruned(name) {
    this.turbo("prune", `@shop/${name}`, "--docker", "--out-dir=pruned");
    const files = execFileSync("find", [".", "-type", "f"], { cwd: join(this.path, "pruned/full"), encoding: "utf8" });
    return files.trim().split("\n").map((file) => file.slice(2)).sort();
  }

  /** The output of each package that the same sources, tools and environment give without a cache. */
  truth() {
    const plain = this.copy();
    for (const name of Object.keys(PACKAGES)) {
      const [, script] = JSON.parse(plain.read(`${folderOf(name)}/package.json`)).scripts.build.split(" ");
      execFileSync("node", [script], { cwd: join(plain.path, folderOf(name)), env: { ...process.env, ...this.environment } });
    }
    const outputs = plain.outputs();
    plain.remove();
    return outputs;
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true });
  }
}
