// The two databases, over a Unix socket: canonical writes, and the documents that are read.

import { readFileSync } from "node:fs";
import postgres from "postgres";

const text = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const APPLY = text("apply.sql");
const PROJECT = text("project.sql");

export function connect(database, connections = 1) {
  return postgres({
    host: process.env.PGHOST, port: Number(process.env.PGPORT), user: "postgres",
    database, max: connections, onnotice: () => {},
  });
}

export async function fresh(database, schema) {
  const admin = connect("postgres");
  await admin.unsafe(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  await admin.unsafe(`CREATE DATABASE ${database}`);
  await admin.end();
  const sql = connect(database, 16);
  await sql.unsafe(text(schema));
  return sql;
}

// An array as text: one parameter, however many records.
const array = (values) => `{${values.join(",")}}`;

//#region apply
export const parameters = (partition, records) => [
  partition, records[0].offset, records.at(-1).offset + 1,
  array(records.map((r) => r.offset)), array(records.map((r) => r.id)),
  array(records.map((r) => r.entity)), array(records.map((r) => r.amount)),
];

// One statement, so one transaction and one wait for the disk.
export async function apply(sql, partition, records) {
  const rows = await sql.unsafe(APPLY, parameters(partition, records), { prepare: true });
  if (rows.length === 0) throw new Error(`partition ${partition}: a gap before ${records[0].offset}`);
  return rows[0].applied;
}
//#endregion

//#region poison
// A record that PostgreSQL refuses blocks its batch for ever. Halving finds it in about 2 log2(n) commits.
export async function applyAround(sql, partition, records) {
  try {
    return await apply(sql, partition, records);
  } catch (error) {
    if (!refused(error)) throw error;            // a lost connection: try again later
    if (records.length === 1) return setAside(sql, { partition, record: records[0], error });
    const half = records.length >> 1;
    return await applyAround(sql, partition, records.slice(0, half)) +
      await applyAround(sql, partition, records.slice(half));
  }
}
//#endregion

// SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation).
const refused = (error) => /^2[23]/.test(error.code ?? "");

async function setAside(sql, { partition, record, error }) {
  await sql.begin(async (tx) => {
    await tx`INSERT INTO refused VALUES (${partition}, ${record.offset}, ${tx.json(record)}, ${error.message})
      ON CONFLICT DO NOTHING`;
    await tx`UPDATE progress SET next = ${record.offset + 1} WHERE part = ${partition} AND next = ${record.offset}`;
  });
  return 0;
}

export async function project(sql, records) {
  const documents = records.map(({ entity, version, amount }) =>
    `"${JSON.stringify({ entity, version, amount }).replaceAll('"', '\\"')}"`);
  const result = await sql.unsafe(PROJECT, [
    array(records.map((r) => r.entity)), array(records.map((r) => r.version)), array(documents),
  ], { prepare: true });
  return result.count;
}
