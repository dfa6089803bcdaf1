import assert from "node:assert/strict";
import { test } from "node:test";
import { moved, most, range, roundRobin, sticky } from "../core/assign.js";

const counts = (owners, members) =>
  members.map((member) => owners.filter((owner) => owner === member).length);
const upTo = (n) => Array.from({ length: n }, (_, i) => i);

test("range gives runs, and the first members one more", () => {
  assert.deepEqual(range(7, 3), [0, 0, 0, 1, 1, 2, 2]);
});

test("round robin deals", () => {
  assert.deepEqual(roundRobin(7, 3), [0, 1, 2, 0, 1, 2, 0]);
});

test("each policy is even, for every group and topic up to 24", () => {
  for (const partitions of upTo(25).slice(1)) {
    for (const members of upTo(25).slice(1)) {
      const least = Math.ceil(partitions / members);
      assert.equal(most(range(partitions, members)), least);
      assert.equal(most(roundRobin(partitions, members)), least);
    }
  }
});

test("sticky stays even and moves only what has lost its owner", () => {
  for (const members of upTo(13).slice(2)) {
    const before = roundRobin(12, members);
    for (const gone of upTo(members)) {
      const stay = upTo(members).filter((member) => member !== gone);
      const after = sticky(before, stay);
      const held = counts(after, stay);
      assert.ok(Math.max(...held) - Math.min(...held) <= 1);
      assert.equal(moved(before, after), before.filter((owner) => owner === gone).length);
    }
  }
});

test("sticky makes room for a newcomer", () => {
  const before = roundRobin(12, 3);
  const after = sticky(before, [0, 1, 2, 3]);
  assert.deepEqual(counts(after, [0, 1, 2, 3]), [3, 3, 3, 3]);
  assert.equal(moved(before, after), 3);
});

test("with 12 partitions, 8 consumers hold as many at most as 6", () => {
  assert.equal(most(roundRobin(12, 8)), most(roundRobin(12, 6)));
});
