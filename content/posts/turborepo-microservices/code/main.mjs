// What `run` calls: `show` prints the tables, `write FOLDER` writes the computed ones, `measure FOLDER` the times.
import { writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import * as cures from "./cures.mjs";
import { csv } from "./csv.mjs";
import { EDITS } from "./edits.mjs";
import * as filters from "./filters.mjs";
import * as remote from "./remote.mjs";
import { built, observed, row } from "./table.mjs";
import * as times from "./times.mjs";

const [command, folder] = process.argv.slice(2);
const versionOf = (tool) =>
  execFileSync(tool, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
const turbo = versionOf("turbo");
const COMPUTED = `computed: by turbo ${turbo} in the workspace code/shop; code/run test compares it`;

/** The computed tables, by the names of their files. */
async function computed() {
  const shop = built();
  const edits = EDITS.map((edit) => row(edit, observed(edit, shop)));
  shop.remove();
  return {
    "edits.csv": edits,
    "cures.csv": cures.rows(),
    "filters.csv": filters.rows(),
    "remote.csv": await remote.rows(),
  };
}

if (command === "measure") {
  const [milliseconds, runs] = [2000, 5];
  const date = new Date().toISOString().slice(0, 10);
  const versions = `turbo ${turbo}, Bun ${versionOf("bun")}, Node.js ${process.versions.node}`;
  const method = `a compiler of 2 s for each package, median and range of ${runs} runs, in seconds`;
  const origin = `measured: ${date}, two shared x86-64 cores, ${versions}, ${method}`;
  writeFileSync(`${folder}/times.csv`, csv(origin, times.rows(milliseconds, runs)));
} else {
  for (const [name, rows] of Object.entries(await computed())) {
    if (command === "write") writeFileSync(`${folder}/${name}`, csv(COMPUTED, rows));
    else console.table(rows);
  }
}
