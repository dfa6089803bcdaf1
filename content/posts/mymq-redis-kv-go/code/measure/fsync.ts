/**
 * Prints fsync.csv: what each policy costs, alone, with 32 connections and with
 * pipelines; the servers in turn. `bun fsync.ts DIRECTORY KV ROUNDS SCALE`.
 */
import { join } from "node:path";
import { csv } from "../mymq/csv.ts";
import { benchmark, type Sample } from "./load.ts";
import { kill, kv, measured, median, redis, significant, type Running } from "./processes.ts";
import { Redis } from "./redis.ts";

const [directory, binary, rounds, scale] = process.argv.slice(2) as [string, string, string, string];
const POLICIES = ["always", "everysec", "no"];
const LOADS = [
  { connections: 1, pipeline: 1, requests: 1_500 },
  { connections: 32, pipeline: 1, requests: 15_000 },
  { connections: 32, pipeline: 64, requests: 300_000 },
];

type Series = { name: string; policy: string; server: Running; client: Redis };
const series: Series[] = [];
for (const policy of POLICIES) {
  const aof = ["--save", "", "--appendonly", "yes", "--appendfsync", policy];
  // A rewrite of the log in the middle would be measured with it.
  const quiet = ["--auto-aof-rewrite-percentage", "0"];
  const real = await redis(join(directory, `r-${policy}`), [...aof, ...quiet]);
  const own = await kv(binary, ["-aof", join(directory, `kv-${policy}`), "-fsync", policy]);
  series.push({ name: "Redis", policy, server: real, client: await Redis.connect(real.port) });
  series.push({ name: "kv", policy, server: own, client: await Redis.connect(own.port) });
}

type Measured = Sample & { syncs: number };
const samples = new Map<string, Measured[]>();
for (let round = 0; round < Number(rounds); round++) {
  for (const load of LOADS) {
    const requests = Math.ceil(load.requests * Number(scale));
    for (const each of series) {
      const key = `${each.name};${each.policy};${load.connections};${load.pipeline}`;
      const before = await syncs(each);
      const sample = await benchmark(each.server, { ...load, requests });
      const counted = (1000 * ((await syncs(each)) - before)) / requests;
      samples.set(key, [...(samples.get(key) ?? []), { ...sample, syncs: counted }]);
    }
  }
}
for (const { server } of series) await kill(server);

/** Only kv counts its syncs. */
async function syncs({ client }: Series): Promise<number> {
  return Number(/aof_syncs:(\d+)/.exec(String(await client.do("INFO")))?.[1] ?? NaN);
}

const rows = [...samples].map(([key, list]) => {
  const [name, policy, connections, pipeline] = key.split(";");
  const rates = list.map(({ rate }) => rate);
  const counted = median(list.map((sample) => sample.syncs));
  return {
    server: name!, policy: policy!, connections: connections!, pipeline: pipeline!,
    in_flight: Number(connections) * Number(pipeline),
    rate: significant(median(rates), 3),
    rate_low: significant(Math.min(...rates), 3), rate_high: significant(Math.max(...rates), 3),
    syncs: Number.isNaN(counted) ? "" : significant(counted, 3),
  };
});
csv(measured(`ext4, redis-benchmark, Go 1.19, medians of ${rounds} interleaved runs`), rows);
process.exit(0);
