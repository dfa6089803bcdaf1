// Measures the real balancer: all trials in each round, five rounds, so that noise meets all alike.

import { policies, type PolicyName } from "../core/policy";
import type { Fault } from "../core/simulation";
import { print, quantile, round, spread } from "./csv";
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

const rows = cells.filter(({ name }) => name === "none").map(({ fault, policy, runs }) => {
  const both = cells.find((it) => it.fault === fault && it.policy === policy && it.name === "both")!.runs;
  return {
    fault,
    policy,
    ...spread("share", runs.map((it) => it.share), 1),
    ...spread("none", runs.map((it) => it.errors), 1),
    ...spread("both", both.map((it) => it.errors), 2),
    p99: round(quantile(runs.map((it) => quantile(it.times, 0.99)), 0.5), 0),
  };
});
const date = new Date().toISOString().slice(0, 10);
print(`measured: ${date}, two shared x86-64 cores, Linux, Bun ${Bun.version}, Express 5.1.0, loopback, 400 requests/s for 1.5 s, timeout 1 s; median and range of ${ROUNDS} runs`, rows);
process.exit(0); // the connections of the hanging instance are still open
