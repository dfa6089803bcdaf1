/**
 * Whose acknowledgement counts? A reads an entry, B claims it, A acknowledges
 * late. Prints streams.csv; `bun streams.ts DIRECTORY`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { csv } from "../mymq/csv.ts";
import { kill, measured, redis } from "./processes.ts";
import { Redis } from "./redis.ts";

const server = await redis(process.argv[2]!, ["--save", ""]);
const client = await Redis.connect(server.port);
const script = readFileSync(join(import.meta.dir, "fence.lua"), "utf8");
const LEASE = 60_000;

const rows = [];
for (const by of ["XACK", "fence.lua"]) {
  const entry = await claimedByB(by);
  const acknowledge = (consumer: string, lease = LEASE) =>
    by === "XACK"
      ? client.do("XACK", by, "workers", entry)
      : client.do("EVAL", script, 1, by, "workers", entry, consumer, lease);
  rows.push({ by, late_a: String(await acknowledge("A")), b: String(await acknowledge("B")) });
}
csv(measured("Redis 7.0.15; 1 = accepted, 0 = refused"), rows);
client.close();
await kill(server);
process.exit(0);

async function claimedByB(stream: string): Promise<string> {
  await client.do("XGROUP", "CREATE", stream, "workers", "0", "MKSTREAM");
  const entry = (await client.do("XADD", stream, "*", "body", "issue ticket")) as string;
  await client.do("XREADGROUP", "GROUP", "workers", "A", "STREAMS", stream, ">");
  await client.do("XAUTOCLAIM", stream, "workers", "B", 0, "0");
  return entry;
}
