// The whole bank: three services, the relay, and a coordinator that is started, killed and started again. Each is a process.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { create } from '../services/databases.ts';
import { issueKeys } from '../services/message.ts';
import { network } from './network.ts';

const services = `${import.meta.dir}/../services`;
const START = { ana: 300, hold: 0, clearing: 0, ben: 0 };
const SIGKILL = 9;

export async function bank() {
  const directory = mkdtempSync(`${tmpdir()}/bank-`);
  const keys = `${directory}/keys`;
  issueKeys(['coordinator', 'edge', 'ledger'], keys);
  const [ledger, screening, notices] = [await create('ledger', 'schema.sql'), await create('screening', 'schema.sql'), await create('notices', 'notices.sql')];
  const processes: Bun.Subprocess[] = [];
  const ports = {
    ledger: await serve(['service.ts', 'ledger', keys]),
    screening: await serve(['service.ts', 'screening', keys]),
    notices: await serve(['notices.ts', keys]),
  };
  const between = network(ports);

  function start(...command: string[]) {
    const started = Bun.spawn(['bun', `${services}/${command[0]}`, ...command.slice(1)], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' });
    processes.push(started);
    return started;
  }

  async function serve(command: string[]) {
    const started = start(...command);
    for await (const chunk of started.stdout as ReadableStream<Uint8Array>) return Number(new TextDecoder().decode(chunk));
    throw new Error(`${command[0]} printed no port`);
  }

  function coordinator(log: string) {
    return start('coordinator.ts', log, keys, `ledger=${between.url('ledger')}`, `screening=${between.url('screening')}`);
  }

  return {
    keys, ports, between, ledger, screening, notices, directory, coordinator, start,
    /** Fresh accounts, no answers, and a business that refuses the steps of `stopped`. */
    async reset(stopped: string[]) {
      for (const sql of [ledger, screening]) {
        await sql`TRUNCATE account, inbox, outbox, stop`;
        for (const op of stopped) await sql`INSERT INTO stop VALUES (${op})`;
      }
      for (const [id, balance] of Object.entries(START)) await ledger`INSERT INTO account VALUES (${id}, ${id}, ${balance})`;
    },
    async balances() {
      const rows = await ledger`SELECT id, balance FROM account`;
      return Object.fromEntries(rows.map(({ id, balance }: any) => [id, Number(balance)]));
    },
    /** Runs transfer t1 to its end. Each fate that is not undefined kills the coordinator, and another is started with the same log. */
    async transfer(fates: ('request' | 'reply' | undefined)[]) {
      const log = `${directory}/log`;
      writeFileSync(log, 't1 begin ana transfer:create:own\n');
      let current: Bun.Subprocess;
      between.plan(fates, async () => {
        current.kill(SIGKILL);
        await current.exited;
      });
      let lives = 0;
      do {
        current = coordinator(log);
        lives++;
        await current.exited;
      } while (current.signalCode === 'SIGKILL');
      const lines = readFileSync(log, 'utf8').trim().split('\n').slice(1).map((line) => line.slice('t1 '.length));
      return { lives, log: lines, calls: between.calls() };
    },
    async stop() {
      for (const process of processes) process.kill(SIGKILL);
      await Promise.all(processes.map(({ exited }) => exited));
      between.stop();
      for (const sql of [ledger, screening, notices]) await sql.end();
      rmSync(directory, { recursive: true });
    },
  };
}
