import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import type { SQL } from 'bun';
import { create } from '../services/databases.ts';

let sql: SQL;
beforeAll(async () => { sql = await create('ledger', 'schema.sql'); });
afterAll(() => sql.end());
beforeEach(async () => {
  await sql`TRUNCATE account, inbox, outbox, stop`;
  await sql`INSERT INTO account VALUES ('ana', 'ana', 100), ('hold', NULL, 0), ('clearing', NULL, 0)`;
});

async function step(saga: string, op: string, move: string[], more = {}) {
  const command = { to: 'ledger', key: `${saga}/${op}`, op, saga, amount: 100, move, ...more };
  return (await sql`SELECT step(${command}::jsonb) AS answer`)[0].answer;
}

async function balance(id: string) {
  return Number((await sql`SELECT balance FROM account WHERE id = ${id}`)[0].balance);
}

test('a command that arrives twice at once takes effect once, and both get the answer', async () => {
  expect(await Promise.all([1, 2, 3, 4].map(() => step('t1', 'reserve', ['ana', 'hold'])))).toEqual(['ok', 'ok', 'ok', 'ok']);
  expect(await balance('hold')).toBe(100);
  expect((await sql`SELECT FROM outbox`).length).toBe(1);
});

test('of eight transfers that want the same 100 one gets it', async () => {
  const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) => step(`t${n}`, 'reserve', ['ana', 'hold'])));
  expect(answers.filter((answer) => answer === 'ok').length).toBe(1);
  expect(await balance('ana')).toBe(0);
});

test('a refusal is remembered after its reason is gone', async () => {
  await sql`UPDATE account SET balance = 50 WHERE id = 'ana'`;
  expect(await step('t1', 'reserve', ['ana', 'hold'])).toBe('refused');
  await sql`UPDATE account SET balance = 500 WHERE id = 'ana'`;
  expect(await step('t1', 'reserve', ['ana', 'hold'])).toBe('refused');
  expect(await step('t2', 'reserve', ['ana', 'hold'])).toBe('ok');
});

test('an undo that overtakes its step leaves a tombstone, and the step is refused', async () => {
  expect(await step('t1', 'undo reserve', ['hold', 'ana'], { undoes: 't1/reserve' })).toBe('ok');
  expect(await step('t1', 'reserve', ['ana', 'hold'])).toBe('refused');
  expect(await balance('ana')).toBe(100);
});

test('a key is not used for two commands', async () => {
  await step('t1', 'reserve', ['ana', 'hold']);
  await expect(step('t1', 'reserve', ['ana', 'clearing'])).rejects.toThrow('another command');
});

test('moves in opposite directions do not deadlock', async () => {
  await sql`UPDATE account SET balance = 5000`;
  const moves = Array.from({ length: 80 }, (_, n) => step(`t${n}`, 'clear', n % 2 ? ['hold', 'clearing'] : ['clearing', 'hold']));
  expect(new Set(await Promise.all(moves))).toEqual(new Set(['ok']));
  expect(await balance('hold')).toBe(5000);
});
