/**
 * The queue as a process, over HTTP: `bun server.ts FILE POLICY LEASE PORT`.
 * Prints its port. Replies wait for the commit of the batch that they are in.
 */
import { advance, counts, type Event, type Lease } from "../core/queue.js";
import { Durable, type Policy } from "./durable.ts";
import { file } from "./disk.ts";

const MAX_BODY = 64 << 10;
const MAX_ID = 128;
const MAX_TRIES = 5;
/** The longest delay that a sender may ask for: 30 days. */
const MAX_DELAY = 30 * 24 * 3600 * 1000;

const [path, policy, lease, port] = process.argv.slice(2);
if (!path || !lease || !["always", "everysec", "never"].includes(policy!)) {
  console.error("usage: bun server.ts FILE always|everysec|never LEASE_MS [PORT]");
  process.exit(2);
}
const settings = { lease: Number(lease), maxTries: MAX_TRIES };
const durable = new Durable(file(path), policy as Policy, settings);
setInterval(() => durable.tick(), 1000);

// #region commit
let waiting: (() => void)[] = [];

/** All requests that arrive while the last batch is written share the next one. */
function committed(): Promise<void> {
  if (waiting.length === 0) setImmediate(commit);
  return new Promise((resolve) => waiting.push(resolve));
}

function commit() {
  durable.commit(); // a failed write ends the process: nothing was promised yet
  const batch = waiting;
  waiting = [];
  for (const resolve of batch) resolve();
}
// #endregion

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(port ?? 0),
  maxRequestBodySize: MAX_BODY,
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/counts") {
      advance(durable.queue, Date.now());
      return Response.json(counts(durable.queue));
    }
    const event = parse(pathname.slice(1), await request.json().catch(() => null));
    if (!event) return Response.json({ error: "expected a known event with its fields" }, { status: 400 });
    const reply = durable.handle(event);
    await committed();
    return typeof reply === "object" ? lent(reply) : Response.json({ ok: reply });
  },
});
console.log(server.port);

function lent({ message, receipt, until }: Lease): Response {
  return Response.json({ ok: true, ...message, receipt, until });
}

type Fields = { id?: unknown; body?: unknown; delay?: unknown; receipt?: unknown };

function parse(kind: string, fields: Fields | null): Event | undefined {
  const now = Date.now();
  const { id, body = "", delay = 0, receipt } = fields ?? {};
  if (kind === "receive") return { kind, now };
  if (typeof id !== "string" || id.length > MAX_ID) return;
  if (typeof delay !== "number" || !(delay >= 0 && delay <= MAX_DELAY)) return;
  if (kind === "send") return typeof body === "string" ? { kind, now, id, body, delay } : undefined;
  if (!Number.isSafeInteger(receipt)) return;
  const held = { now, id, receipt: receipt as number };
  if (kind === "ack" || kind === "extend") return { kind, ...held };
  if (kind === "nack") return { kind, ...held, delay };
}
