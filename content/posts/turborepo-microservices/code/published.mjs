// The tables of the article, in the folder RESULTS.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { csv } from "./csv.mjs";

/** Compares rows with a table of the article, whose first line says where it is from. */
export function assertPublished(name, rows) {
  const text = readFileSync(`${process.env.RESULTS}/${name}`, "utf8");
  assert.equal(csv(text.slice(2, text.indexOf("\n")), rows), text);
}
