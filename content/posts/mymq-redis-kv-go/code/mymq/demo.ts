/**
 * The queue, eight workers and a receiver as processes, of which the workers
 * kill themselves and the queue is killed twice under load. Prints
 * processes.csv; `bun demo.ts DIRECTORY MESSAGES`.
 */
import { join } from "node:path";
import { csv } from "./csv.ts";
import { post } from "./post.ts";
import { GUARDS, Receiver } from "../core/receiver.js";

const [directory, count] = process.argv.slice(2) as [string, string];
const MESSAGES = Number(count);
/** More than may sleep at once, so that the others overtake them. */
const WORKERS = 8;
const LEASE = "600";
/** One message in ten has a first try that goes wrong in one of these ways. */
const PLANS = ["crash before effect", "crash after effect", "sleep past the lease"];
/** What worker.ts sleeps: three leases. */
const SLEEP = 3 * Number(LEASE) + 300;
const PATIENCE = 40_000;

const children = new Set<Bun.Subprocess>();
process.on("exit", () => children.forEach((child) => child.kill(9)));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const receivers = GUARDS.map((guard) => [guard, new Receiver(guard)] as const);
const outside = Bun.serve({
  hostname: "127.0.0.1", port: 0,
  async fetch(request) {
    const { id, receipt } = (await request.json()) as { id: string; receipt: number };
    for (const [, receiver] of receivers) receiver.call(id, receipt);
    return Response.json({ ok: true });
  },
});

let queue = await startQueue("0");
for (let n = 0; n < WORKERS; n++) keepWorker();
const planned = new Map<string, number>();
const acknowledged = await sendAll();
const state = await settled();
await Bun.sleep(SLEEP); // whoever slept past the lease still calls
report();
process.exit(0);

async function startQueue(port: string) {
  const child = spawn(["server.ts", join(directory, "queue.log"), "never", LEASE, port]);
  const reader = (child.stdout as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  return { child, url: `http://127.0.0.1:${new TextDecoder().decode(value).trim()}` };
}

function spawn([script, ...rest]: string[]) {
  const command = [process.execPath, join(import.meta.dir, script!), ...rest];
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "ignore" });
  children.add(child);
  void child.exited.then(() => children.delete(child));
  return child;
}

/** A worker that dies is replaced at once. */
function keepWorker() {
  const child = spawn(["worker.ts", queue.url, outside.url.origin, LEASE]);
  void child.exited.then(keepWorker);
}

async function sendAll(): Promise<number> {
  let acknowledged = 0;
  for (let n = 0; n < MESSAGES; n++) {
    if (n > 0 && n % Math.ceil(MESSAGES / 3) === 0) await killQueue();
    const body = n % 10 === 5 ? PLANS[Math.floor(n / 10) % PLANS.length]! : "issue ticket";
    planned.set(body, (planned.get(body) ?? 0) + 1);
    if ((await post<{ ok: boolean }>(`${queue.url}/send`, { id: `m${n}`, body }))?.ok) acknowledged++;
  }
  return acknowledged;
}

async function killQueue() {
  queue.child.kill(9);
  await queue.child.exited;
  queue = await startQueue(new URL(queue.url).port);
}

async function settled() {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await Bun.sleep(50)) {
    const counts = await post<Record<string, number>>(`${queue.url}/counts`, {});
    if (counts && counts.done! + counts.dead! === counts.sent) return counts;
  }
  throw new Error("the queue did not settle");
}

function report() {
  const { sent, done, dead } = state;
  const origin = `measured: one run; ${planned.get(PLANS[0]!) ?? 0} × ${PLANS[0]}, ` +
    `${planned.get(PLANS[1]!)} × ${PLANS[1]}, ${planned.get(PLANS[2]!)} × ${PLANS[2]}`;
  csv(origin, receivers.map(([guard, receiver]) => ({
    guard, acknowledged, lost: acknowledged - sent!, done: done!, dead: dead!,
    effects: receiver.effects.size, doubled: receiver.doubled(),
  })));
}
