/** What a scenario costs, over several seeds. */
import { fixed, median } from "./csv.ts";
import { simulate, type Outcome, type Scenario } from "./model.ts";

const SEEDS = [1, 2, 3, 4, 5];
const MESSAGES = 2000;
/** A repeat occupies a worker for the mean handler time, in seconds. */
const REPEAT_COST = 2;

export const ORIGIN =
  `median of ${SEEDS.length} seeds, ${MESSAGES / 1000},000 messages each, assumptions in model.ts`;

export type Case = Pick<Scenario, "worker" | "slow" | "crash" | "lease">;

export function costs(chosen: Case) {
  const outcomes = SEEDS.map((seed) => simulate({ ...chosen, messages: MESSAGES, seed }));
  const of = (pick: (outcome: Outcome) => number) => median(outcomes.map(pick));
  const totals = outcomes.map(({ mean, repeats }) => mean + (REPEAT_COST * repeats) / 1000);
  return {
    lease: chosen.lease,
    wait: fixed(of(({ mean }) => mean), 2),
    p99: fixed(of(({ p99 }) => p99), 1),
    repeats: fixed(of(({ repeats }) => repeats), 1),
    cost: fixed(median(totals), 2),
    cost_low: fixed(Math.min(...totals), 2),
    cost_high: fixed(Math.max(...totals), 2),
    doubled: fixed(of(({ doubled }) => doubled.none), 1),
    fence: fixed(of(({ doubled }) => doubled.fence), 1),
    key: fixed(of(({ doubled }) => doubled.key), 1),
    dead: fixed(of(({ dead }) => dead), 1),
    dead_done: fixed(of(({ deadThoughDone }) => deadThoughDone), 1),
  };
}
