// The computed CSVs, as text: the same bytes on every machine.

import { assignTable } from "./experiments/assign.js";
import { skewTable } from "./experiments/skew.js";
import { drainTable, lanesTable } from "./experiments/lanes.js";

export const tables = {
  "skew.csv": skewTable,
  "assign.csv": assignTable,
  "lanes.csv": lanesTable,
  "drain.csv": drainTable,
};
