// Writes the computed CSVs.

import { save } from "./csv.js";
import { tables } from "./tables.js";

for (const [name, make] of Object.entries(tables)) save(name, make());
