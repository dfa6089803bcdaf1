// Two batches that overlap, from two connections, in opposite orders: with and without ORDER BY.

import { connect, fresh } from "../database.js";
import { csv, measured } from "../csv.js";

const ENTITIES = 5_000;
const upsert = (order) => `
  INSERT INTO total AS t SELECT e, 5, 1 FROM unnest($1::int[]) AS e ${order}
  ON CONFLICT (entity) DO UPDATE SET amount = t.amount + 5, events = t.events + 1`;

export async function deadlocks({ rounds }) {
  const rows = [];
  for (const [name, order] of [["as they came", ""], ["by entity", "ORDER BY e"]]) {
    const lost = await collide(upsert(order), rounds);
    rows.push({ order: name, rounds, deadlocks: lost });
  }
  return csv(measured(`two connections, ${ENTITIES} entities a batch`), rows);
}

async function collide(statement, rounds) {
  const admin = await fresh("collide", "schema.sql");
  const up = Array.from({ length: ENTITIES }, (_, i) => i);
  const sides = [up, [...up].reverse()].map((entities) => ({ entities, sql: connect("collide") }));
  await sides[0].sql.unsafe("SET deadlock_timeout = '10ms'");
  await sides[1].sql.unsafe("SET deadlock_timeout = '10ms'");
  let lost = 0;
  for (let round = 0; round < rounds; round++) {
    const outcomes = await Promise.allSettled(
      sides.map(({ entities, sql }) => sql.unsafe(statement, [`{${entities.join(",")}}`], { prepare: true })));
    lost += outcomes.filter((o) => o.status === "rejected" && o.reason.code === "40P01").length;
    const other = outcomes.find((o) => o.status === "rejected" && o.reason.code !== "40P01");
    if (other) throw other.reason;
  }
  await Promise.all([...sides.map(({ sql }) => sql.end()), admin.end()]);
  return lost;
}
