// Writes a measured CSV: bun measure.ts NAME MACHINE > FILE
import { measureAlarms } from "./alarms.ts";
import { cost } from "./cost.ts";
import { measurePolicies, measureSweeps } from "./invented.ts";

const MEASUREMENTS: Record<string, [runs: string, () => Promise<string>]> = {
  alarms: ["median of 3 runs of 4 s", () => measureAlarms(3, 4)],
  policies: ["median of 5 runs of 5 s", () => measurePolicies(5, 5)],
  sweeps: ["median of 5 runs of 10 s", () => measureSweeps(5, 10)],
  cost: ["median of 5 runs", () => cost([10_000, 100_000, 1_000_000], 5)],
};

const [name, machine] = process.argv.slice(2);
const [runs, measure] = MEASUREMENTS[name];
process.stdout.write(`# measured: ${machine}, ${runs}\n` + (await measure()));
