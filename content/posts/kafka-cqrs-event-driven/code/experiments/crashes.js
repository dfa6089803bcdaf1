// kill -9 between the two steps of the fifth batch, for three places of the offset.

import { once } from "node:events";
import { fresh } from "../database.js";
import { makeEvents } from "../events.js";
import { Group, host } from "../group.js";
import { produce, startBroker } from "../kafka.js";
import { csv, measured } from "../csv.js";
import { even } from "../core/skew.js";

const BATCH = 100, DIE_AT = 5;
const DESIGNS = ["offset first", "effect first", "together"];

export async function crashes({ records }) {
  const broker = await startBroker({ crash: 1 });
  const events = makeEvents({ records, weights: even(50), seed: 3 });
  await produce(broker.address, "crash", { partitions: 1, events });
  const rows = await Promise.all(DESIGNS.map((design) => crash(design, { records, broker })));
  broker.stop();
  return csv(measured(`one kill -9 each, ${BATCH} records a batch`), rows);
}

async function crash(design, { records, broker }) {
  const database = design.replace(" ", "_");
  const sql = await fresh(database, "schema.sql");
  const settings = { address: broker.address, topic: "crash", group: database, database, design,
    max: BATCH, hintEvery: 1, session: 4_000 };
  const first = new Group({ ...settings, dieAt: DIE_AT }, 1);
  const [, signal] = await once(first.add(await host()), "exit");
  if (signal !== "SIGKILL") throw new Error(`${design}: the consumer ended by ${signal}`);
  const second = new Group(settings, 1);
  second.add(await host());
  const seen = async () => Number((await sql`SELECT coalesce(sum(events), 0) AS n FROM total`)[0].n);
  await settled(seen, records - BATCH);
  await second.stop();
  const counted = await seen();
  await sql.end();
  return { design, sent: records, counted,
    lost: Math.max(0, records - counted), doubled: Math.max(0, counted - records) };
}

// The end of the topic, and then half a second in which nothing more arrives.
async function settled(seen, least) {
  let last = -1;
  for (let quiet = 0, tries = 0; quiet < 5; tries++) {
    if (tries > 300) throw new Error(`only ${last} records arrived`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await seen();
    quiet = now === last && now >= least ? quiet + 1 : 0;
    last = now;
  }
}
