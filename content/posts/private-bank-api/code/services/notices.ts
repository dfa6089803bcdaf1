// The notices service: tells customers what happened to their money. Events come at least once, so its inbox makes each count once.
// Usage: bun notices.ts KEYS. Prints its port.

import './supervised.ts';
import { SQL } from 'bun';
import { url } from './databases.ts';
import { open, type Message } from './message.ts';

const [keys] = process.argv.slice(2);
const sql = new SQL(url('notices'));

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    const message = await request.json() as Message;
    const event = message.issuer === 'ledger' ? open(message, 'notices', keys) : undefined;
    if (!event) return new Response('not an event of the ledger', { status: 401 });
    await sql`INSERT INTO notice (key, text) VALUES (${event.key}, ${`${event.op}: ${event.answer}`}) ON CONFLICT DO NOTHING`;
    return new Response();
  },
});
console.log(server.port);
