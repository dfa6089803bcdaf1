/**
 * Prints failover.csv: a replica is cut off, the primary goes on and dies, the
 * replica takes over. `bun failover.ts DIRECTORY ROUNDS`.
 */
import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { csv } from "../mymq/csv.ts";
import { kill, measured, median, redis } from "./processes.ts";
import { Redis } from "./redis.ts";

const [directory, roundsText] = process.argv.slice(2) as [string, string];
const ROUNDS = Number(roundsText);
/** How long the primary writes without its replica, in milliseconds. */
const CUT_OFF = 200;
/** How long WAIT waits for the replica, in milliseconds. */
const PATIENCE = 50;

type Trial = { acknowledged: number; lost: number };
const trials = { "reply of the command": [] as Trial[], "reply of WAIT 1": [] as Trial[] };
for (let round = 0; round < ROUNDS; round++) {
  for (const [counts, list] of Object.entries(trials)) {
    const waits = counts === "reply of WAIT 1";
    list.push(await trial(waits, join(directory, `${round}-${waits}`)));
  }
}
csv(
  measured(`Redis 7.0.15, primary and one replica, link cut ${CUT_OFF} ms before the end, medians of ${ROUNDS} failovers`),
  Object.entries(trials).map(([counts, list]) => ({
    counts,
    acknowledged: median(list.map(({ acknowledged }) => acknowledged)),
    lost: median(list.map(({ lost }) => lost)),
    lost_high: Math.max(...list.map(({ lost }) => lost)),
  })),
);
process.exit(0);

async function trial(waits: boolean, where: string): Promise<Trial> {
  const primary = await redis(`${where}-p`, ["--save", "", "--repl-diskless-sync-delay", "0"]);
  const client = await Redis.connect(primary.port);
  const link = await cable(primary.port);
  const replica = await redis(`${where}-r`, ["--save", "", "--replicaof", `127.0.0.1 ${link.port}`]);
  while ((await client.do("WAIT", 1, 100)) !== 1) await client.do("SET", "probe", "x");

  let acknowledged = 0;
  const write = async (until: number) => {
    for (; Date.now() < until; ) {
      await client.do("RPUSH", "queue", acknowledged);
      if (!waits || (await client.do("WAIT", 1, PATIENCE)) === 1) acknowledged++;
    }
  };
  await write(Date.now() + CUT_OFF);
  while ((await client.do("WAIT", 1, 100)) !== 1); // both have the same, then
  link.cut();
  await write(Date.now() + CUT_OFF);
  client.close();
  await kill(primary);

  const heir = await Redis.connect(replica.port);
  await heir.do("REPLICAOF", "NO", "ONE");
  const kept = (await heir.do("LLEN", "queue")) as number;
  heir.close();
  await kill(replica);
  return { acknowledged, lost: Math.max(0, acknowledged - kept) };
}

/** A connection that can be cut so that not even the kernel delivers the rest. */
async function cable(port: number) {
  const sockets: Socket[] = [];
  let cut = false;
  const server = createServer((near) => {
    if (cut) return near.destroy();
    const far = createConnection({ port, host: "127.0.0.1" });
    sockets.push(near, far);
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.on("error", () => {});
      from.on("data", (bytes) => cut || to.write(bytes));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    /** Silence, not an end: the primary does not notice. */
    cut: () => (cut = true),
  };
}
