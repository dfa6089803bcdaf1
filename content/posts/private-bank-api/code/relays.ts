// Four ways to read an outbox, each run on PostgreSQL through every schedule of two writers and a relay that polls while they write.
// A writer takes its transaction number, inserts an event and commits; these are three moments, and the other writer and the relay come between.

import { SQL, type ReservedSQL } from 'bun';
import { paths } from './core/paths.js';
import { create, url } from './services/databases.ts';

type Poll = (sql: ReservedSQL, seen: Cursor) => Promise<{ id: string; xid: string }[]>;
type Cursor = { id: string; xid: string };

export const polls: Record<string, Poll> = {
  'id > last': (sql, seen) =>
    sql`SELECT id, xid FROM outbox WHERE id > ${seen.id} ORDER BY id`,
  'id > last, below the horizon': (sql, seen) => sql`
    SELECT id, xid FROM outbox WHERE id > ${seen.id}
      AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY id`,
  '(xid, id) > last, below the horizon': (sql, seen) =>
    sql`SELECT id, xid FROM outbox
      WHERE (xid, id) > (${seen.xid}::xid8, ${seen.id}::bigint)
        AND xid < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY xid, id`,
  'Delete with SKIP LOCKED': (sql) => sql`
    DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id FOR UPDATE SKIP LOCKED) RETURNING id, xid`,
};

const WRITER = ['number', 'insert', 'commit'];

/** Every order in which two writers take their three moments and the relay polls once among them. It polls twice more when all have committed. */
export function schedules(): string[][] {
  const actors = { A: WRITER.length, B: WRITER.length, relay: 1 };
  return [...paths((choose) => {
    const left: Record<string, number> = { ...actors };
    const order: string[] = [];
    for (;;) {
      const ready = Object.keys(left).filter((actor) => left[actor] > 0);
      if (ready.length === 0) return order;
      const actor = ready[ready.length > 1 ? choose(ready.length) : 0];
      left[actor]--;
      order.push(actor);
    }
  })].map(({ outcome }) => outcome);
}

/** Runs one schedule and returns the writers whose event was told, in that order. */
export async function run(schedule: string[], poll: Poll, connections: Record<string, ReservedSQL>) {
  await connections.relay`TRUNCATE outbox`;
  const written: Record<string, string> = {};
  const told: string[] = [];
  const seen: Cursor = { id: '0', xid: '0' };
  const moments: Record<string, number> = { A: 0, B: 0 };

  async function write(writer: string) {
    const sql = connections[writer];
    const moment = WRITER[moments[writer]++];
    if (moment === 'number') await sql.unsafe('BEGIN; SELECT pg_current_xact_id()');
    if (moment === 'insert') written[(await sql`INSERT INTO outbox (event) VALUES ('{}') RETURNING id`)[0].id] = writer;
    if (moment === 'commit') await sql.unsafe('COMMIT');
  }

  async function relay() {
    for (const { id, xid } of await poll(connections.relay, seen)) {
      Object.assign(seen, { id, xid });
      told.push(written[id]);
    }
  }

  for (const actor of [...schedule, 'relay', 'relay']) await (actor === 'relay' ? relay() : write(actor));
  return told;
}

/** How many schedules lose an event, or tell one twice, for each way to poll. */
export async function compare() {
  const owner = await create('relays', 'schema.sql');
  const pool = new SQL(url('relays'), { max: 3 });
  const connections = { A: await pool.reserve(), B: await pool.reserve(), relay: await pool.reserve() };
  const rows = [];
  for (const [way, poll] of Object.entries(polls)) {
    const row = { way, schedules: 0, lost: 0, twice: 0 };
    for (const schedule of schedules()) {
      const told = await run(schedule, poll, connections);
      row.schedules++;
      row.lost += Number(new Set(told).size < 2);
      row.twice += Number(told.length > new Set(told).size);
    }
    rows.push(row);
  }
  for (const connection of Object.values(connections)) connection.release();
  await pool.end();
  await owner.end();
  return rows;
}
