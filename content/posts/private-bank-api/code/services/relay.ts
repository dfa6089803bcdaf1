// The outbox relay: takes committed events, tells the receiver, and forgets them. Dies between telling and forgetting, and the event is told twice.
// Usage: bun relay.ts DATABASE_URL KEYS RECEIVER=URL

import './supervised.ts';
import { SQL } from 'bun';
import { seal } from './message.ts';

const [database, keys, target] = process.argv.slice(2);
const [receiver, url] = target.split('=');
const sql = new SQL(database, { max: 1 });
const IDLE_MS = 20;

for (;;) {
  const told = await relay().catch(() => 0);
  if (told === 0) await Bun.sleep(IDLE_MS);
}

// #region relay
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
// #endregion

async function tell(event: Record<string, unknown>) {
  const body = JSON.stringify(seal({ ...event, to: receiver }, 'ledger', keys));
  const response = await fetch(`${url}/event`, { method: 'POST', body, signal: AbortSignal.timeout(2000) });
  if (!response.ok) throw new Error(`${receiver} answered ${response.status}`);
}
