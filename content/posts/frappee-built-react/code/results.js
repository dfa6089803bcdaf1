// Turns what the browser printed into the tables of the article: `node results.js PAGE FOLDER WHAT...` writes counts.csv, inherited.csv or times.csv.
import { readFileSync, writeFileSync } from "node:fs";

const quoted = (cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function csv(origin, rows) {
  const lines = [Object.keys(rows[0]), ...rows.map(Object.values)];
  return [`# ${origin}`, ...lines.map((cells) => cells.map((cell) => quoted(String(cell))).join(","))].join("\n") + "\n";
}

/** The results in a page as Chromium prints it. */
export function resultsOf(page) {
  const [, escaped] = page.match(/<pre id="results">([^]*?)<\/pre>/) ?? [];
  if (escaped === undefined) throw new Error(`the browser gave no results: ${page.slice(0, 500)}`);
  const results = JSON.parse(escaped.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"));
  if (results.error) throw new Error(results.error);
  return results;
}

/** The tables, by the names of their files. */
export function tables({ counts, inherited, times }, versions) {
  const computed = "computed: operations on the page of a browser, React 19.3.1 beside; code/run test compares them";
  const rounded = times.map((row) => ({ ...row, ...Object.fromEntries(["low", "median", "high"].map((key) => [key, row[key].toFixed(1)])) }));
  return {
    "counts.csv": csv(computed, counts),
    "inherited.csv": csv(computed, inherited),
    "times.csv": csv(`measured: ${new Date().toISOString().slice(0, 10)}, two shared x86-64 cores, ${versions}, 1000 rows with layout, milliseconds`, rounded),
  };
}

if (import.meta.filename === process.argv[1]) {
  const [page, folder, versions, ...names] = process.argv.slice(2);
  const all = tables(resultsOf(readFileSync(page, "utf8")), versions);
  for (const name of names) writeFileSync(`${folder}/${name}`, all[name]);
}
