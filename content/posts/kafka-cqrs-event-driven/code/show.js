// The whole system once: produce, consume, kill a consumer, replay, and compare the counts.

import { setTimeout as sleep } from "node:timers/promises";
import { fresh } from "./database.js";
import { makeEvents } from "./events.js";
import { Group, host } from "./group.js";
import { produce, startBroker } from "./kafka.js";
import { even } from "./core/skew.js";

const PARTITIONS = 12, RECORDS = 60_000, ENTITIES = 1_000;
const say = (what, value) => console.log(what.padEnd(46), value);

const broker = await startBroker({ events: PARTITIONS });
const writes = await fresh("writes", "schema.sql");
const reads = await fresh("reads", "read.sql");
const events = makeEvents({ records: RECORDS, weights: even(ENTITIES), seed: 1 });
const loads = await produce(broker.address, "events", { partitions: PARTITIONS, events });
say("records on 12 partitions, least and most", `${Math.min(...loads)} ${Math.max(...loads)}`);

const common = { address: broker.address, topic: "events", paused: true };
const writer = new Group({ ...common, group: "writer", database: "writes", max: 100 }, PARTITIONS);
const reader = new Group({ ...common, group: "reader", database: "reads", design: "documents", max: 1_000 }, PARTITIONS);
const members = await Promise.all([host(), host(), host()]);
members.forEach((child) => writer.add(child));
reader.add(await host());
await Promise.all([writer.joined(), reader.joined()]);
say("partitions of the three writers", [...writer.owned.values()].map((p) => p.length).join(" "));

const start = performance.now();
writer.replay();
await writer.until((g) => g.applied > RECORDS / 4);
members[0].kill("SIGKILL");
say("killed one writer after", `${writer.applied} applied`);
await writer.until((g) => g.applied >= RECORDS - 2_000);
reader.replay();
const total = async () => Number((await writes`SELECT coalesce(sum(events), 0) AS n FROM total`)[0].n);
while (await total() < RECORDS && performance.now() - start < 60_000) await sleep(50);
say("records handled, with repeats", writer.records);
say("events in the totals", await total());
say("seconds, with the wait for the dead member", ((performance.now() - start) / 1_000).toFixed(1));

const latest = async () => Number((await reads`SELECT coalesce(sum(version), 0) AS n FROM view`)[0].n);
while (await latest() < RECORDS && performance.now() - start < 90_000) await sleep(50);
say("sum of the versions on the read side", await latest());
await Promise.all([writer.stop(), reader.stop()]);
await Promise.all([writes.end(), reads.end()]);
broker.stop();
