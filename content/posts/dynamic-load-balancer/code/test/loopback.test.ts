// The shape of what `run measure` measures: which policy suffers more, never how long anything takes.

import { afterAll, expect, test } from "bun:test";
import type { PolicyName } from "../core/policy";
import type { Fault } from "../core/simulation";
import { Loopback } from "../harness/loopback";
import { protections } from "../harness/sinkhole";

const loopback = new Loopback(["broken", "hang"]);
afterAll(() => loopback.end());

async function errors(fault: Fault, policy: PolicyName, protection: string): Promise<number> {
  const it = { fault, policy, protection: protections[protection]!, seconds: 0.7, rate: 400, timeout: 300 };
  return (await loopback.trial(it)).errors;
}

test("an instance that fails instantly: least loaded is worse than two choices, and both than rotation", async () => {
  const rotation = await errors("broken", "round robin", "none");
  expect(rotation).toBeGreaterThan(23);
  expect(rotation).toBeLessThan(27);
  const two = await errors("broken", "two choices", "none");
  expect(two).toBeGreaterThan(rotation + 5);
  expect(two).toBeLessThan(60);
  expect(await errors("broken", "least loaded", "none")).toBeGreaterThan(rotation + 10);
});

test("ejection and a charge for failures make it harmless", async () => {
  for (const policy of ["least loaded", "peak EWMA"] as const) {
    expect(await errors("broken", policy, "both")).toBeLessThan(8);
  }
});

test("an instance that hangs: rotation keeps asking it, least loaded soon does not", async () => {
  const rotation = await errors("hang", "round robin", "none");
  expect(rotation).toBeGreaterThan(23);
  expect(await errors("hang", "least loaded", "none")).toBeLessThan(rotation - 5);
});
