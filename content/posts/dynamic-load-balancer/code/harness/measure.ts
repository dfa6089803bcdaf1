// Measures the real balancer: all trials in each round, five rounds, so that noise meets all alike.

import { policies, type PolicyName } from "../core/policy";
import type { Fault } from "../core/simulation";
import { print, quantile, spread } from "./csv";
import { Loopback, openLoop, type Measured } from "./loopback";
import { protections } from "./sinkhole";

const ROUNDS = 5;
const FAULTS: Fault[] = ["slow", "hang", "broken"];
const cells = FAULTS.flatMap((fault) =>
  (Object.keys(policies) as PolicyName[]).flatMap((policy) =>
    ["none", "both"].map((name) => ({ fault, policy, name, runs: [] as Measured[] })),
  ),
);

const loopback = new Loopback(FAULTS);
try {
  for (let turn = 0; turn <= ROUNDS; turn++) {
    for (const { fault, policy, name, runs } of cells) {
      // The first round warms up: it is short and not counted.
      const load = openLoop(400, turn === 0 ? 0.3 : 1.5);
      const run = await loopback.trial({ fault, policy, protection: protections[name]!, load, timeout: 1_000 });
      if (turn > 0) runs.push(run);
    }
  }
} finally {
  loopback.end();
}

function runs(fault: Fault, policy: PolicyName, protection: string): Measured[] {
  return cells.find((it) => it.fault === fault && it.policy === policy && it.name === protection)!.runs;
}

const errors = (them: Measured[]) => them.map((it) => it.errors);
const rows = (Object.keys(policies) as PolicyName[]).map((policy) => ({
  policy,
  ...spread("slow_share", runs("slow", policy, "none").map((it) => it.share), 1),
  ...spread("slow_p99", runs("slow", policy, "none").map((it) => quantile(it.times, 0.99)), 0),
  ...spread("hang", errors(runs("hang", policy, "none")), 1),
  ...spread("hang_both", errors(runs("hang", policy, "both")), 1),
  ...spread("broken", errors(runs("broken", policy, "none")), 1),
  ...spread("broken_both", errors(runs("broken", policy, "both")), 1),
}));
const date = new Date().toISOString().slice(0, 10);
print(`measured: ${date}, two shared x86-64 cores, Linux, Bun ${Bun.version}, Express 5.1.0, loopback, short trials of 400 requests/s for 1.5 s, timeout 1 s; median and range of ${ROUNDS} runs`, rows);
process.exit(0); // the connections of the hanging instance are still open
