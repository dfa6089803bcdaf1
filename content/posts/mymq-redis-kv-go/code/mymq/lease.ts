/** Prints lease.csv: what each lease costs in waiting, repeats and doubled effects. */
import { simulate, type Outcome, type Scenario } from "./model.ts";
import { csv, fixed, median } from "./csv.ts";

const LEASES = [2, 4, 8, 15, 30, 60, 120, 300];
const CRASHES = [0.002, 0.01, 0.05];
const SEEDS = [1, 2, 3, 4, 5];
const MESSAGES = 2000;
/** A repeat occupies a worker for the mean handler time, in seconds. */
const REPEAT_COST = 2;

const VARIANTS = [
  { worker: "ignores", slow: "message", crashes: CRASHES },
  { worker: "ignores", slow: "attempt", crashes: [0.01] },
  { worker: "checks", slow: "message", crashes: [0.01] },
  { worker: "extends", slow: "message", crashes: CRASHES },
] as const;

const rows = [];
for (const { worker, slow, crashes } of VARIANTS) {
  for (const crash of crashes) {
    for (const lease of LEASES) {
      rows.push(row({ worker, slow, lease, crash, messages: MESSAGES }));
    }
  }
}

function row(scenario: Omit<Scenario, "seed">) {
  const outcomes = SEEDS.map((seed) => simulate({ ...scenario, seed }));
  const of = (pick: (outcome: Outcome) => number) => median(outcomes.map(pick));
  const costs = outcomes.map(({ mean, repeats }) => mean + (REPEAT_COST * repeats) / 1000);
  return {
    worker: scenario.worker,
    slow: scenario.slow,
    crash: 100 * scenario.crash,
    lease: scenario.lease,
    wait: fixed(of(({ mean }) => mean), 2),
    p99: fixed(of(({ p99 }) => p99), 1),
    repeats: fixed(of(({ repeats }) => repeats), 1),
    cost: fixed(median(costs), 2),
    cost_low: fixed(Math.min(...costs), 2),
    cost_high: fixed(Math.max(...costs), 2),
    doubled: fixed(of(({ doubled }) => doubled.none), 1),
    fence: fixed(of(({ doubled }) => doubled.fence), 1),
    key: fixed(of(({ doubled }) => doubled.key), 1),
    dead: fixed(of(({ dead }) => dead), 1),
    dead_done: fixed(of(({ deadThoughDone }) => deadThoughDone), 1),
  };
}

csv(
  `computed: code/mymq/lease.ts; median of ${SEEDS.length} seeds with ${MESSAGES} messages each; ` +
    "arrivals, handler times and failures as assumed in code/mymq/model.ts",
  rows,
);
