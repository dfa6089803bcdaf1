// Builds the packages of the workspace in this folder in one process, without turbo: `node plain.mjs FOLDER…`, each
// after those that it needs.
import { copyFileSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";

const root = process.cwd();
const folders = process.argv.slice(2);
for (const folder of folders) rmSync(resolve(root, folder, "dist"), { recursive: true, force: true });
for (const folder of folders) {
  process.chdir(resolve(root, folder));
  const [, script] = JSON.parse(readFileSync("package.json", "utf8")).scripts.build.split(" ");
  // A module runs once for each path. Bun ignores a query, and does not wait for a module in a data: URL.
  copyFileSync(script, "plain-build.mjs");
  await import(resolve("plain-build.mjs"));
}
