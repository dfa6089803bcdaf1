// What the browser printed, which is in the file PAGE, against the tables of the article, which are in the folder RESULTS.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { EDITS, ROWS } from "./edits.js";
import { fake } from "./fake.js";
import { h, mount, useState } from "./frappee.js";
import * as place from "./place.js";
import { resultsOf, tables } from "./results.js";

const results = resultsOf(readFileSync(process.env.PAGE, "utf8"));

for (const name of ["counts.csv", "inherited.csv"]) {
  test(`${name} is what a browser gives`, () => {
    assert.equal(tables(results, "")[name], readFileSync(`${process.env.RESULTS}/${name}`, "utf8"));
  });
}

test("React's rule for placement is React's, for every edit and 200 random orders", () => {
  for (const row of results.counts) assert.equal(row["Frappee by React's rule"], row["React with keys"], row.edit);
  assert.equal(results.agreeing, 200);
});

test("the renderer of the tests counts what the browser counts", () => {
  for (const [edit, change] of EDITS) {
    const { host, count, page } = fake();
    let set;
    const List = () => {
      const [rows, setRows] = useState(ROWS);
      set = setRows;
      return h("ul", null, rows.map(([key, text]) => h("li", { key, text })));
    };
    const { flush } = mount(List, page, { host, stays: place.longest });
    for (const name of Object.keys(count)) count[name] = 0;
    set(change(ROWS));
    flush();
    const total = Object.values(count).reduce((one, other) => one + other);
    assert.equal(total, results.counts.find((row) => row.edit === edit)["Frappee by the longest run"], edit);
  }
});

test("a new first row takes longer without keys", () => {
  const low = (library) => results.times.find((row) => row.edit === "Put one in front" && row.library === library).low;
  const [without, keyed] = [low("Frappee without keys"), low("Frappee by the longest run")];
  assert.ok(without > 2 * keyed, `${without} ms without, ${keyed} ms with`);
});
