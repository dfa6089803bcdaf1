// Changes to a real workspace, of which the edits and the cures are made.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PACKAGES } from "./keys.mjs";
import { folderOf } from "./workspace.mjs";

/** A comment at the end of a file. */
export const comment = (text) => `${text}// changed\n`;

/** A change of a JSON file. */
export const json = (change) => (text) => `${JSON.stringify(change(JSON.parse(text)), null, 2)}\n`;

/** Adds settings to turbo.json, or to its `build` task. */
export const turboJson = (shop, settings) => shop.edit("turbo.json", json((turbo) => ({ ...settings, ...turbo })));
export const buildTask = (shop, settings) =>
  shop.edit("turbo.json", json((turbo) => {
    Object.assign(turbo.tasks.build, settings);
    return turbo;
  }));

/** The compiler writes another first line. */
export const changeScript = (shop, path = "build.mjs") =>
  shop.edit(path, (text) => text.replace("// region", "// Region"));

const TOOL = "packages/build";
export const TOOL_SCRIPT = `${TOOL}/build.mjs`;

/** Moves the build script into a package of its own, on which all others depend. */
export function useTool(shop) {
  mkdirSync(join(shop.path, TOOL));
  shop.write(TOOL_SCRIPT, shop.read("build.mjs"));
  shop.git("rm", "--quiet", "build.mjs");
  shop.write(`${TOOL}/package.json`, '{ "name": "@shop/build", "version": "1.0.0", "private": true }\n');
  const devDependencies = { "@shop/build": "workspace:*" };
  const uses = json((manifest) => {
    const scripts = { ...manifest.scripts, build: `node ../../${TOOL_SCRIPT}` };
    return { ...manifest, scripts, devDependencies };
  });
  for (const name of Object.keys(PACKAGES)) shop.edit(`${folderOf(name)}/package.json`, uses);
  return shop.edit("bun.lock", (text) => locked(text, `"devDependencies": ${JSON.stringify(devDependencies)},`));
}

/** The lockfile with the new package and its users: text, because it has JSON's form and commas that JSON forbids. */
function locked(text, uses) {
  const version = '"version": "1.0.0",';
  return text
    .replaceAll(version, `${version} ${uses}`)
    .replace('"packages/log": {', `"${TOOL}": { "name": "@shop/build", ${version} },\n    $&`)
    .replace('"@shop/ledger": [', `"@shop/build": ["@shop/build@workspace:${TOOL}"],\n\n    $&`);
}
