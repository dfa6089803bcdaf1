import { expect, test } from "bun:test";
import { Receiver, type Guard } from "../core/receiver.js";

/** Calls are [message, receipt] in the order of arrival. */
function check(guard: Guard, calls: [string, number][], accepted: boolean[]) {
  const receiver = new Receiver(guard);
  expect(calls.map(([id, receipt]) => receiver.call(id, receipt))).toEqual(accepted);
}

const CRASHED_BEFORE_ACK: [string, number][] = [["17", 1], ["17", 2]];
const WOKE_UP_LATE: [string, number][] = [["17", 2], ["17", 1]];

test("without a guard every call has its effect", () => {
  check("none", CRASHED_BEFORE_ACK, [true, true]);
  check("none", WOKE_UP_LATE, [true, true]);
});

test("a fence refuses the worker that woke up late, not the one that repeats a crash", () => {
  check("fence", WOKE_UP_LATE, [true, false]);
  check("fence", CRASHED_BEFORE_ACK, [true, true]);
});

test("a key refuses both repeats", () => {
  check("key", WOKE_UP_LATE, [true, false]);
  check("key", CRASHED_BEFORE_ACK, [true, false]);
});

test("with both, a stale worker cannot be first after a newer lease has called", () => {
  check("both", WOKE_UP_LATE, [true, false]);
  check("both", CRASHED_BEFORE_ACK, [true, false]);
});
