// The databases on one PostgreSQL server: each service has its own, with its own role, and no other role may connect to it. For a bank that lives as
// long as a test, all roles share one password, which comes from the environment.

import { SQL } from 'bun';

const { PGPORT, PGPASSWORD } = process.env;

export function url(database: string, role = database) {
  return `postgres://${role}:${PGPASSWORD}@127.0.0.1:${PGPORT}/${database}`;
}

/** Creates the database `name`, owned by a role of the same name, from a schema; returns the owner's connections. */
export async function create(name: string, schema: string) {
  const server = new SQL(url('postgres'), { max: 1, onnotice: () => {} });
  await server.unsafe(`DROP DATABASE IF EXISTS ${name}`);
  await server.unsafe(`DROP ROLE IF EXISTS ${name}`);
  await server.unsafe(`CREATE ROLE ${name} LOGIN PASSWORD '${PGPASSWORD}'`);
  await server.unsafe(`CREATE DATABASE ${name} OWNER ${name} TEMPLATE template0`);
  await server.unsafe(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
  await server.end();
  const sql = new SQL(url(name), { max: 8 });
  await sql.unsafe(await Bun.file(`${import.meta.dir}/${schema}`).text());
  return sql;
}
