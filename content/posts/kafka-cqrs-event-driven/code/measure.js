// Writes the measured CSVs. `run measure commit` makes one of them.

import { commit, skewed, whole } from "./experiments/rates.js";
import { deadlocks } from "./experiments/deadlocks.js";
import { crashes } from "./experiments/crashes.js";
import { save } from "./csv.js";

const all = {
  "commit.csv": () => commit({ rounds: 5, scale: 1 }),
  "skewed.csv": () => skewed({ rounds: 5, scale: 1 }),
  "whole.csv": () => whole({ records: 1_800_000 }),
  "deadlocks.csv": () => deadlocks({ rounds: 200 }),
  "crashes.csv": () => crashes({ records: 6_000 }),
};
const wanted = process.argv.slice(2);
for (const [name, make] of Object.entries(all)) {
  if (wanted.length && !wanted.includes(name.replace(".csv", ""))) continue;
  const text = await make();
  save(name, text);
  console.log(`${name}\n${text}`);
}
