// A process that holds members of consumer groups; usually one. Each applies what it fetches, batch by batch.
// Commands come from the parent, progress goes back. `kill -9` may come at any moment.

import { connect } from "./database.js";
import { client, patientRoundRobin } from "./kafka.js";
import { decode } from "./event.js";
import { designs } from "./designs.js";

const members = new Map();
process.on("disconnect", () => process.exit(0));
process.on("message", ({ join, replay, pause }) => {
  if (join) member(join);
  if (replay) members.get(replay).replay();
  if (pause) members.get(pause).pause();
});

process.send({ ready: true });

async function member(settings) {
  const { address, topic, group, max, lanes, session } = settings;
  const sql = connect(settings.database, lanes);
  const write = designs[settings.design](sql, settings);
  const consumer = client(address).consumer({
    groupId: group, sessionTimeout: session, heartbeatInterval: session / 4,
    maxWaitTimeInMs: 100, maxBytesPerPartition: 10_000_000, maxBytes: 50_000_000,
    partitionAssigners: [patientRoundRobin],
    retry: { maxRetryTime: 1_000, restartOnFailure: async () => true } }); // the offsets are safe in PostgreSQL

  //#region batch
  async function eachBatch({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, isStale }) {
    const records = batch.messages.map((m) => ({ offset: Number(m.offset), ...decode(m.value) }));
    for (let at = 0; at < records.length && !isStale(); at += max) {
      const part = records.slice(at, at + max);
      const hint = async () => {               // Kafka's copy of the offset may be late
        resolveOffset(String(part.at(-1).offset));
        await commitOffsetsIfNecessary();
      };
      const applied = await write(batch.partition, part, hint);
      process.send({ group, records: part.length, applied });
      await heartbeat();                       // a slow batch must not look like a death
    }
  }
  //#endregion

  let owned = [], paused = settings.paused;    // experiments start all members at once
  const pause = () => {
    paused = true;
    consumer.pause([{ topic }]);
  };
  const replay = () => {                       // from offset 0, without leaving the group
    paused = false;
    for (const partition of owned) consumer.seek({ topic, partition, offset: "0" });
    consumer.resume([{ topic }]);
  };
  members.set(group, { pause, replay });
  consumer.on("consumer.group_join", ({ payload }) => {
    owned = payload.memberAssignment[topic] ?? [];
    if (paused) pause();
    process.send({ group, joined: owned });
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachBatch, partitionsConsumedConcurrently: lanes,
    eachBatchAutoResolve: false, autoCommitInterval: settings.hintEvery });
}
