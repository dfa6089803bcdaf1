/**
 * Prints crash.csv: `kill -9` under load, then a start from what is on disk.
 * `bun crash.ts DIRECTORY KV ROUNDS MS`.
 */
import { join } from "node:path";
import { csv } from "../mymq/csv.ts";
import { kill, kv, measured, median, redis, type Running } from "./processes.ts";
import { Redis } from "./redis.ts";

const [directory, binary, rounds, load] = process.argv.slice(2) as [string, string, string, string];
const ROUNDS = Number(rounds);
/** How long the load runs before the kill, in milliseconds. */
const LOAD = Number(load);
/** Commands that wait for their reply at the same time. */
const PIPELINE = 16;

const aof = ["--appendonly", "yes", "--appendfsync"];
const SYSTEMS: { name: string; start: (where: string) => Promise<Running> }[] = [
  { name: "Redis, as shipped (RDB only)", start: (where) => redis(where, []) },
  { name: "Redis, AOF no", start: (where) => redis(where, [...aof, "no"]) },
  { name: "Redis, AOF everysec", start: (where) => redis(where, [...aof, "everysec"]) },
  { name: "Redis, AOF always", start: (where) => redis(where, [...aof, "always"]) },
  { name: "kv, no AOF", start: () => kv(binary, []) },
  { name: "kv, AOF no", start: (where) => kv(binary, ["-aof", `${where}.aof`, "-fsync", "no"]) },
  { name: "kv, AOF everysec", start: (where) => kv(binary, ["-aof", `${where}.aof`, "-fsync", "everysec"]) },
  { name: "kv, AOF always", start: (where) => kv(binary, ["-aof", `${where}.aof`, "-fsync", "always"]) },
];

const results = SYSTEMS.map(() => [] as { acknowledged: number; lost: number }[]);
for (let round = 0; round < ROUNDS; round++) {
  for (const [at, { start }] of SYSTEMS.entries()) {
    results[at]!.push(await trial(start, join(directory, `${at}-${round}`)));
  }
}
csv(
  measured(`Redis 7.0.15, medians of ${ROUNDS} kills after ${LOAD} ms`),
  SYSTEMS.map(({ name }, at) => ({
    system: `"${name}"`,
    acknowledged: median(results[at]!.map(({ acknowledged }) => acknowledged)),
    lost: median(results[at]!.map(({ lost }) => lost)),
    lost_high: Math.max(...results[at]!.map(({ lost }) => lost)),
  })),
);
process.exit(0);

async function trial(start: (where: string) => Promise<Running>, where: string) {
  const first = await start(where);
  const acknowledged = await writeUntilKilled(first);
  const second = await start(where);
  const client = await Redis.connect(second.port);
  // One connection writes 0, 1, 2, …: what is there is a prefix of it.
  const kept = (await client.do("DBSIZE")) as number;
  client.close();
  await kill(second);
  return { acknowledged, lost: Math.max(0, acknowledged - kept) };
}

async function writeUntilKilled(server: Running): Promise<number> {
  const client = await Redis.connect(server.port);
  let acknowledged = 0;
  let next = 0;
  const writer = async () => {
    for (;;) {
      if ((await client.do("SET", next++, "x")) !== "OK") throw new Error("refused");
      acknowledged++;
    }
  };
  const writers = Array.from({ length: PIPELINE }, () => writer().catch(() => {}));
  await new Promise((resolve) => setTimeout(resolve, LOAD));
  await kill(server);
  await Promise.all(writers);
  return acknowledged;
}
