// A service that owns accounts: `ledger`, or `screening` with its limits and lists. Commands arrive on a loopback socket; one command is one transaction.
// Usage: bun service.ts NAME KEYS. Prints its port.

import './supervised.ts';
import { SQL } from 'bun';
import { permit } from '../core/roles.js';
import { url } from './databases.ts';
import { open, type Message } from './message.ts';

const [name, keys] = process.argv.slice(2);
const sql = new SQL(url(name));

// The issuer of a message is known by its key; which role an issuer has is this service's own decision.
const ROLES: Record<string, string> = { coordinator: 'coordinator', edge: 'customer' };

const routes: Record<string, (issuer: string, content: any) => Promise<Response>> = {
  '/step': step,
  '/read': read,
};

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  async fetch(request) {
    const route = routes[new URL(request.url).pathname];
    if (!route) return new Response('no such route', { status: 404 });
    const message = await request.json() as Message;
    const content = open(message, name, keys);
    return content ? route(message.issuer, content) : new Response('not signed for this service', { status: 401 });
  },
});
console.log(server.port);

async function step(issuer: string, command: any) {
  if (!permit({ role: ROLES[issuer], subject: undefined }, 'account:move', undefined)) return forbidden();
  const [{ answer }] = await sql`SELECT step(${command}::jsonb) AS answer`;
  return Response.json({ answer });
}

async function read(issuer: string, { account, by }: { account: string; by: string }) {
  const [found] = await sql`SELECT owner, balance FROM account WHERE id = ${account}`;
  if (!permit({ role: ROLES[issuer], subject: by }, 'account:read', found?.owner)) return forbidden();
  return Response.json({ balance: Number(found.balance) });
}

function forbidden() {
  return new Response('not permitted', { status: 403 });
}
