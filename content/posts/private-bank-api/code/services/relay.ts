// The outbox relay: sends committed events to the receiver, and deletes them. If it dies in between, an event is sent twice.
// Usage: bun relay.ts KEYS RECEIVER=URL

import './supervised.ts';
import { SQL } from 'bun';
import { url } from './databases.ts';
import { seal } from './message.ts';

const [keys, target] = process.argv.slice(2);
const [receiver, address] = target.split('=');
const sql = new SQL(url('ledger'), { max: 1 });
const IDLE_MS = 20;

for (;;) {
  const told = await relay().catch((error: Error) => console.error(`relay: ${error.message}; tries again`));
  if (!told) await Bun.sleep(IDLE_MS);
}

async function relay() {
  return sql.begin(async (tx) => {
    const taken = await tx`
      DELETE FROM outbox WHERE id IN
        (SELECT id FROM outbox ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED)
      RETURNING id, event`;
    taken.sort((a, b) => Number(a.id - b.id)); // RETURNING promises no order
    for (const { event } of taken) await tell(event); // throws: nothing is deleted
    return taken.length;
  });
}

async function tell(event: Record<string, unknown>) {
  const body = JSON.stringify(seal({ ...event, to: receiver }, 'ledger', keys));
  const response = await fetch(`${address}/event`, { method: 'POST', body, signal: AbortSignal.timeout(2000) });
  if (!response.ok) throw new Error(`${receiver} answered ${response.status}`);
}
