import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { SQL, type ReservedSQL } from 'bun';
import { polls, run } from '../relays.ts';
import { create, url } from '../services/databases.ts';

let owner: SQL;
let pool: SQL;
let on: Record<'A' | 'B' | 'relay', ReservedSQL>;

beforeAll(async () => {
  owner = await create('relays', 'schema.sql');
  pool = new SQL(url('relays'), { max: 3 });
  on = { A: await pool.reserve(), B: await pool.reserve(), relay: await pool.reserve() };
});
afterAll(async () => {
  for (const connection of Object.values(on)) connection.release();
  await pool.end();
  await owner.end();
});
beforeEach(async () => { await owner`TRUNCATE outbox`; });

const insert = (sql: ReservedSQL, event: object) => sql`INSERT INTO outbox (event) VALUES (${event}::jsonb)`;

test('polling for greater numbers loses the event that took the lower number and committed later', async () => {
  const schedule = ['A', 'A', 'B', 'B', 'B', 'relay', 'A'];
  expect(await run(schedule, polls['id > last'], on)).toEqual(['B']);
  expect(await run(schedule, polls['id > last, below the horizon'], on)).toEqual(['A', 'B']);
});

test('the horizon does not save a relay that remembers only the number', async () => {
  const schedule = ['A', 'B', 'B', 'A', 'A', 'relay', 'B'];
  expect(await run(schedule, polls['id > last, below the horizon'], on)).toEqual(['A']);
  expect(await run(schedule, polls['(xid, id) > last, below the horizon'], on)).toEqual(['A', 'B']);
});

test('an open transaction in another database of the server stops the horizon', async () => {
  const other = new SQL(url('postgres'), { max: 1 });
  const idle = await other.reserve();
  await idle.unsafe('BEGIN; SELECT pg_current_xact_id()');
  await insert(on.A, {});
  const start = { id: '0', xid: '0' };
  expect((await polls['(xid, id) > last, below the horizon'](on.relay, start)).length).toBe(0);
  await idle.unsafe('ROLLBACK');
  expect((await polls['(xid, id) > last, below the horizon'](on.relay, start)).length).toBe(1);
  idle.release();
  await other.end();
});

test('two relays that skip each other\'s locks tell a later event first', async () => {
  await insert(on.A, { n: 1 });
  const take = (sql: ReservedSQL) => sql`
    DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING event`;
  await on.B.unsafe('BEGIN');
  const slow = await take(on.B);
  await insert(on.A, { n: 2 });
  const quick = await take(on.relay);
  await on.B.unsafe('COMMIT');
  expect([quick[0].event.n, slow[0].event.n]).toEqual([2, 1]);
});
