// The shape of what `run measure` measures: which policy suffers more, never how long anything takes.

import { afterAll, expect, test } from "bun:test";
import type { PolicyName } from "../core/policy";
import type { Fault } from "../core/simulation";
import { closedLoop, Loopback } from "../harness/loopback";
import { protections } from "../harness/sinkhole";

const loopback = new Loopback(["broken", "hang"]);
afterAll(() => loopback.end());

async function errors(fault: Fault, policy: PolicyName, protection: string): Promise<number> {
  const load = closedLoop(8, 160);
  return (await loopback.trial({ fault, policy, protection: protections[protection]!, timeout: 250, load })).errors;
}

test("an instance that fails instantly: least loaded is worse than two choices, and both than rotation", async () => {
  const rotation = await errors("broken", "round robin", "none");
  const two = await errors("broken", "two choices", "none");
  const least = await errors("broken", "least loaded", "none");
  expect(rotation).toBeGreaterThan(23);
  expect(rotation).toBeLessThan(27);
  expect(two).toBeGreaterThan(rotation + 5);
  expect(two).toBeLessThan(62); // 2 of 4, and some luck
  expect(least).toBeGreaterThan(two + 5);
});

test("ejection and a charge for failures make it harmless", async () => {
  for (const policy of ["least loaded", "peak EWMA"] as const) {
    expect(await errors("broken", policy, "both")).toBeLessThan(8);
  }
});

test("an instance that hangs: rotation keeps asking it, least loaded soon does not", async () => {
  const rotation = await errors("hang", "round robin", "none");
  expect(rotation).toBeGreaterThan(20);
  expect(await errors("hang", "least loaded", "none")).toBeLessThan(rotation - 5);
});
