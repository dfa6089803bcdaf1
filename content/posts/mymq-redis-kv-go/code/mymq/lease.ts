/** Prints lease.csv: waiting plus repeats for each lease and crash rate. */
import { costs, ORIGIN } from "./costs.ts";
import { csv } from "./csv.ts";

const LEASES = [2, 4, 8, 15, 30, 60, 120, 300];
const CRASHES = [0.002, 0.01, 0.05];

const rows = CRASHES.flatMap((crash) =>
  LEASES.map((lease) => ({
    crashes: `${100 * crash} % crash`,
    ...costs({ worker: "ignores", slow: "message", crash, lease }),
  })));
csv(`computed: code/mymq/lease.ts, ${ORIGIN}`, rows);
