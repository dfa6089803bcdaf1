// What the real turbo selects and prunes.
import { test } from "node:test";
import * as cures from "./cures.mjs";
import * as filters from "./filters.mjs";
import { assertPublished } from "./published.mjs";

test("filters select what the article's table shows", () => assertPublished("filters.csv", filters.rows()));

test("only a package is seen by filters and copied by prune without a flag", () => assertPublished("cures.csv", cures.rows()));
