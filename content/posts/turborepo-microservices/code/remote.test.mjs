// Whom the real turbo trusts.
import { test } from "node:test";
import { assertPublished } from "./published.mjs";
import * as remote from "./remote.mjs";

test("a shared key signs for everybody who has it, and a server that refuses uploads stops them", async () =>
  assertPublished("remote.csv", await remote.rows()));
