/** Whether a claim holds in a CSV: `bun shape.ts FILE 'JAVASCRIPT'`. */
import { readFileSync } from "node:fs";

const [path, claim] = process.argv.slice(2) as [string, string];
type Row = Record<string, string | number>;

const text = readFileSync(path, "utf8").trim().split("\n");
const [header, ...lines] = text.filter((line) => !line.startsWith("#"));
const columns = header!.split(",");
const rows = lines.map((line) =>
  Object.fromEntries(cells(line).map((cell, at) => [columns[at]!, cell])) as Row);

function cells(line: string): (string | number)[] {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, plain]) => {
    if (quoted !== undefined) return quoted;
    return plain === "" || Number.isNaN(Number(plain)) ? plain! : Number(plain);
  });
}

/** The row whose column has this value, and this pipeline if one is asked for. */
function of(column: string, value: string, pipeline?: number): Row {
  return rows.find((row) => row[column] === value && (!pipeline || row.pipeline === pipeline))!;
}

function rate(server: string, policy: string, pipeline: number): number {
  return rows.find((row) => row.server === server && row.policy === policy && row.pipeline === pipeline)!.rate as number;
}

const holds = new Function("rows", "of", "rate", `return (${claim});`);
if (!holds(rows, of, rate)) {
  console.error(`not so: ${claim}`);
  process.exit(1);
}
