/** Prints workers.csv: what a worker can do about its lease; 1 % of attempts crash. */
import { costs, ORIGIN } from "./costs.ts";
import { csv } from "./csv.ts";

const LEASES = [4, 30];
const WORKERS = [
  { name: "ignores its lease", worker: "ignores", slow: "message" },
  { name: "looks before the effect", worker: "checks", slow: "message" },
  { name: "extends it", worker: "extends", slow: "message" },
  { name: "ignores it, slow by chance", worker: "ignores", slow: "attempt" },
] as const;

const rows = WORKERS.flatMap(({ name, worker, slow }) =>
  LEASES.map((lease) => ({ worker: `"${name}"`, ...costs({ worker, slow, crash: 0.01, lease }) })));
csv(`computed: code/mymq/workers.ts, ${ORIGIN}`, rows);
