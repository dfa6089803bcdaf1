import assert from "node:assert/strict";
import { test } from "node:test";
import { saved } from "../csv.js";
import { tables } from "../tables.js";

for (const [name, make] of Object.entries(tables)) {
  test(`${name} is what the code computes, byte for byte`, () => assert.equal(make(), saved(name)));
}
