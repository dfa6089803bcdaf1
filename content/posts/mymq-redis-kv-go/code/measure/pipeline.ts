/**
 * Prints pipeline.csv: requests per second and CPU time per request, all
 * servers in turn, several rounds. `bun pipeline.ts DIRECTORY KV ROUNDS SCALE`.
 */
import { join } from "node:path";
import { csv } from "../mymq/csv.ts";
import { benchmark, type Sample } from "./load.ts";
import { kill, kv, measured, median, redis, significant } from "./processes.ts";
import { Redis } from "./redis.ts";

const [directory, binary, rounds, scale] = process.argv.slice(2) as [string, string, string, string];
const CONNECTIONS = 32;
const SERVERS = [
  { name: "Redis", batch: "drained", server: await redis(join(directory, "r"), ["--save", ""]) },
  { name: "kv, one lock", batch: "drained", server: await kv(binary, ["-engine", "lock"]) },
  { name: "kv, 64 locks", batch: "drained", server: await kv(binary, ["-engine", "shards"]) },
  { name: "kv, one goroutine", batch: "drained", server: await kv(binary, ["-engine", "loop"]) },
  { name: "kv, one lock", batch: "each", server: await kv(binary, ["-eager"]) },
];
const LOADS = [
  { connections: CONNECTIONS, pipeline: 1, requests: 40_000 },
  { connections: CONNECTIONS, pipeline: 64, requests: 400_000 },
];

for (const { server } of SERVERS) (await Redis.connect(server.port)).close();
const samples = new Map<string, Sample[]>();
for (let round = 0; round < Number(rounds); round++) {
  for (const load of LOADS) {
    const requests = Math.ceil(load.requests * Number(scale));
    for (const { name, batch, server } of SERVERS) {
      const key = `${name};${batch};${load.pipeline}`;
      const sample = await benchmark(server, { ...load, requests });
      samples.set(key, [...(samples.get(key) ?? []), sample]);
    }
  }
}
for (const { server } of SERVERS) await kill(server);

const rows = [...samples].map(([key, list]) => {
  const [name, batch, pipeline] = key.split(";");
  const rates = list.map(({ rate }) => rate);
  const cpu = list.map((sample) => sample.cpu);
  return {
    server: `"${name}"`, replies: batch!, pipeline: pipeline!,
    rate: significant(median(rates), 3),
    rate_low: significant(Math.min(...rates), 3), rate_high: significant(Math.max(...rates), 3),
    cpu: significant(median(cpu), 2),
    cpu_low: significant(Math.min(...cpu), 2), cpu_high: significant(Math.max(...cpu), 2),
  };
});
csv(measured(`redis-benchmark, Redis 7.0.15, Go 1.19, medians of ${rounds} interleaved runs`), rows);
process.exit(0);
