/**
 * A worker as a process: `bun worker.ts QUEUE RECEIVER LEASE_MS`. The body of a
 * message says how its first try goes: it may kill this process or sleep past
 * the lease.
 */
import { post } from "./post.ts";

const [queue, receiver, lease] = process.argv.slice(2) as [string, string, string];
/** How long to wait before asking an empty queue, or one that is down, again. */
const IDLE = 20;

for (;;) {
  const held = await post<Held>(`${queue}/receive`, {});
  if (held?.ok) await handle(held);
  else await Bun.sleep(IDLE);
}

type Held = { ok: boolean; id: string; body: string; tries: number; receipt: number };

async function handle({ id, body, tries, receipt }: Held) {
  const plan = tries === 1 ? body : "";
  if (plan === "crash before effect") process.kill(process.pid, "SIGKILL");
  if (plan === "sleep past the lease") await Bun.sleep(3 * Number(lease));
  await post(`${receiver}/effect`, { id, receipt });
  if (plan === "crash after effect") process.kill(process.pid, "SIGKILL");
  await post(`${queue}/ack`, { id, receipt });
}
