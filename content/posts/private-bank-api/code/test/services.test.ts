import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { openLog } from '../services/log.ts';
import { seal } from '../services/message.ts';
import { bank } from './system.ts';

let system: Awaited<ReturnType<typeof bank>>;
beforeAll(async () => { system = await bank(); });
afterAll(() => system.stop());
beforeEach(() => system.reset([]));

async function post(service: 'ledger' | 'screening', route: string, message: object) {
  const response = await fetch(`http://127.0.0.1:${system.ports[service]}${route}`, { method: 'POST', body: JSON.stringify(message) });
  return response.status;
}

const reserve = { to: 'ledger', key: 't9/reserve', op: 'reserve', saga: 't9', amount: 100, move: ['ana', 'hold'] };

test('a customer cannot send the steps of a saga, and a coordinator can read nothing', async () => {
  expect(await post('ledger', '/step', seal(reserve, 'edge', system.keys))).toBe(403);
  expect(await post('ledger', '/read', seal({ to: 'ledger', account: 'ana', by: 'ana' }, 'coordinator', system.keys))).toBe(403);
  expect(await post('ledger', '/read', seal({ to: 'ledger', account: 'ben', by: 'ana' }, 'edge', system.keys))).toBe(403);
  expect(await post('ledger', '/read', seal({ to: 'ledger', account: 'ana', by: 'ana' }, 'edge', system.keys))).toBe(200);
});

test('a command is refused if it was altered, is for another service, or has an unknown issuer', async () => {
  const genuine = seal(reserve, 'coordinator', system.keys);
  expect(await post('ledger', '/step', { ...genuine, content: { ...reserve, amount: 300 } })).toBe(401);
  expect(await post('screening', '/step', genuine)).toBe(401);
  expect(await post('ledger', '/step', { ...genuine, issuer: '../coordinator' })).toBe(401);
  expect(await system.balances()).toMatchObject({ ana: 300 });
  expect(await post('ledger', '/step', genuine)).toBe(200);
});

test('a captured command that is sent again changes nothing', async () => {
  const genuine = seal(reserve, 'coordinator', system.keys);
  for (let sent = 0; sent < 3; sent++) await post('ledger', '/step', genuine);
  expect(await system.balances()).toMatchObject({ ana: 200, hold: 100 });
});

test('two coordinators with one log do no harm', async () => {
  const log = `${system.directory}/shared`;
  writeFileSync(log, 't1 begin ana transfer:create:own\n');
  system.between.plan([], async () => {});
  const both = [system.coordinator(log), system.coordinator(log)];
  await Promise.all(both.map(({ exited }) => exited));
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(await system.balances()).toEqual({ ana: 200, hold: 0, clearing: 0, ben: 100 });
});

test('a line that was being written when the coordinator died is not believed', () => {
  const path = `${system.directory}/torn`;
  writeFileSync(path, 't1 begin ana transfer:create:own\nt1 reserve\n');
  appendFileSync(path, 't1 cle');
  const log = openLog(path);
  expect(log.sagas.get('t1')?.lines).toEqual(['reserve']);
  log.append('t1', 'clear');
  log.close();
  expect(readFileSync(path, 'utf8')).toEndWith('t1 reserve\nt1 clear\n');
});

test('a relay killed between telling and forgetting tells again, and the notice is written once', async () => {
  await system.transfer([]);
  const told: string[] = [];
  let relay = Promise.withResolvers<Bun.Subprocess>();
  const between = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const body = await request.text();
      told.push(JSON.parse(body).content.key);
      const reply = await fetch(`http://127.0.0.1:${system.ports.notices}/event`, { method: 'POST', body });
      if (told.length === 2) (await relay.promise).kill(9);
      return new Response(null, { status: reply.status });
    },
  });
  const start = () => system.start('relay.ts', system.keys, `notices=http://127.0.0.1:${between.port}`);
  const first = start();
  relay.resolve(first);
  await first.exited;
  const second = start();
  while ((await system.ledger`SELECT FROM outbox`).length > 0) await Bun.sleep(5);
  second.kill(9);
  await second.exited;
  between.stop(true);
  const steps = ['t1/reserve', 't1/clear', 't1/credit'];
  expect(told).toEqual([...steps.slice(0, 2), ...steps]);
  expect((await system.notices`SELECT key FROM notice WHERE key LIKE 't1/%'`).length).toBe(3);
});
