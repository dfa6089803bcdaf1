// How fast a group drains a backlog. All groups join first, because joining takes seconds; then each
// replays its topic in turn, round after round, so that configurations alternate on a noisy machine.

import { cpuOf, cpuOfPostgres } from "./cpu.js";
import { fresh } from "../database.js";
import { makeEvents } from "../events.js";
import { Group, host, kill } from "../group.js";
import { produce, startBroker } from "../kafka.js";

const LIMIT = 900_000;            // ms; an unfinished run is an error, not a number

const topicOf = ({ partitions, keys, batch }) => `t-${partitions}-${keys.replaceAll(" ", "-")}-${batch}`;

// configurations: { partitions, keys, batch, consumers, lanes, design, records }
// Returns runs[i][round], without the rounds that warm up: the rate in records/s, and CPU in µs a record.
export async function throughput(configurations, { weights, rounds, warmUp = 1 }) {
  const topics = new Map(configurations.map((c) => [topicOf(c), c]));
  const broker = await startBroker(
    Object.fromEntries([...topics].map(([name, c]) => [name, c.partitions])));
  const sql = await fresh("writes", "schema.sql");
  try {
    for (const [name, { partitions, keys, records }] of topics) {
      const events = makeEvents({ records, weights: weights[keys], seed: 7 });
      await produce(broker.address, name, { partitions, events });
    }
    return await replayed(configurations, { address: broker.address, rounds, warmUp, sql });
  } finally {
    await sql.end();
    broker.stop();
  }
}

// Member k of every group lives in process k, so that no start-up falls on one of them.
async function replayed(configurations, { address, rounds, warmUp, sql }) {
  const most = Math.max(...configurations.map((c) => c.consumers));
  const hosts = await Promise.all(Array.from({ length: most }, host));
  const groups = configurations.map((c, i) => {
    const group = new Group({
      address, topic: topicOf(c), group: `group-${i}`, database: "writes", paused: true,
      max: c.batch, lanes: c.lanes, design: c.design }, c.partitions);
    hosts.slice(0, c.consumers).forEach((child) => group.add(child));
    return group;
  });
  const runs = configurations.map(() => []);
  try {
    await Promise.all(groups.map((group) => group.joined()));
    for (let round = 0; round < warmUp + rounds; round++) {
      for (const [i, group] of groups.entries()) {
        const run = await drain(group, configurations[i].records, sql);
        if (round >= warmUp) runs[i].push(run);
        if (process.env.VERBOSE) console.error(round, group.settings.group, run);
      }
    }
  } finally {
    await Promise.all(hosts.map(kill));
  }
  return runs;
}

async function drain(group, records, sql) {
  await sql.unsafe("TRUNCATE event, total; UPDATE progress SET next = 0");
  const pids = group.members.map((child) => child.pid);
  const before = { client: cpuOf(pids), postgres: cpuOfPostgres() };
  const done = group.applied + records;
  const start = performance.now();
  group.replay();
  await group.until((g) => g.applied >= done, LIMIT);
  const seconds = (performance.now() - start) / 1_000;
  group.pause();
  return { rate: records / seconds,
    client: (cpuOf(pids) - before.client) / records * 1e6,
    postgres: (cpuOfPostgres() - before.postgres) / records * 1e6 };
}
