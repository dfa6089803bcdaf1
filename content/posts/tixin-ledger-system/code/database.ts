// One connection pool to the throwaway PostgreSQL that `run` starts, and a fresh database per use.
import { readFileSync } from "node:fs";

const SCRIPTS = ["schema.sql", "audit.sql", "heal.sql", "payout.sql", "by-event.sql", "world.sql"];
const socket = `${process.env.LEDGER_SOCKET}/.s.PGSQL.5432`;

const connect = (database: string, max: number) =>
  new Bun.SQL({ path: socket, username: "postgres", database, max });

export type Database = ReturnType<typeof connect>;

// A database that is a copy of a template with the whole schema. The caller closes it.
export async function fresh(connections = 2): Promise<Database> {
  const admin = connect("postgres", 1);
  const [{ exists }] = await admin`SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'ledger')`;
  if (!exists) await template(admin);
  const name = `ledger_${process.pid}_${++count}`;
  await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE ledger`);
  await admin.close();
  return connect(name, connections);
}
let count = 0;

async function template(admin: Database) {
  await admin.unsafe("CREATE DATABASE ledger");
  const sql = connect("ledger", 1);
  for (const script of SCRIPTS) await sql.unsafe(readFileSync(`${import.meta.dir}/${script}`, "utf8"));
  await sql.close();
}

// PostgreSQL's bigint arrives as text; paise fit a double exactly up to 2^53.
export function numbers(row: Record<string, unknown>): Record<string, any> {
  const number = (v: unknown) => (typeof v === "string" && /^-?\d+$/.test(v) ? Number(v) : v);
  return Object.fromEntries(Object.entries(row).map(([name, v]) => [name, number(v)]));
}
