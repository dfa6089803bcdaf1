// The client, with the settings that the article names.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import kafkajs from "kafkajs";
import { encode, keyOf } from "./event.js";
import { partitionOf } from "./core/murmur2.js";

const { Kafka, PartitionAssigners, Partitioners, CompressionTypes, logLevel } = kafkajs;

// topics: { name: partitions }
export async function startBroker(topics) {
  const child = spawn(process.env.BROKER, Object.entries(topics).flat().map(String),
    { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  return { address: String(line).trim(), stop: () => child.stdin.end() };
}

export const client = (address) =>
  new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry: { retries: 8 } });

// The mock cluster refuses a follower's SyncGroup that comes after the leader's; a real broker answers it.
// So the leader, which assigns, takes its time.
export function patientRoundRobin(context) {
  const assigner = PartitionAssigners.roundRobin(context);
  return { ...assigner, assign: async (group) => {
    await sleep(700);
    return assigner.assign(group);
  } };
}

// Records of one partition travel together, so that a fetch is never smaller than a batch.
const TOGETHER = 5_000;

export async function produce(address, topic, { partitions, events }) {
  const producer = client(address).producer(
    { createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const cache = new Map();
  const lanes = Array.from({ length: partitions }, () => []);
  for (const event of events) {
    const key = keyOf(event.entity);
    if (!cache.has(key)) cache.set(key, partitionOf(key, partitions));
    lanes[cache.get(key)].push({ key, value: encode(event) });
  }
  for (const [partition, lane] of lanes.entries()) {
    for (let at = 0; at < lane.length; at += TOGETHER) {
      const messages = lane.slice(at, at + TOGETHER).map((m) => ({ ...m, partition }));
      await producer.send({ topic, messages, compression: CompressionTypes.GZIP });
    }
  }
  await producer.disconnect();
  return lanes.map((lane) => lane.length);
}
