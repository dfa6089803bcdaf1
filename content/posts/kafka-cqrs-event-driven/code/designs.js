// Three places for the offset of a canonical write. Only one of them survives a crash between two steps.
// Each is (sql, settings) => (partition, records, hint) => number applied.

import { applyAround, project } from "./database.js";

const die = () => process.kill(process.pid, "SIGKILL");

// The crash that an experiment asks for: between the two steps of batch number `dieAt`.
function crash({ dieAt }) {
  let batch = 0;
  return () => { if (++batch === dieAt) die(); };
}

// What a consumer without guards writes: it adds whatever it is given.
async function add(sql, records) {
  const amounts = new Map();
  for (const r of records) amounts.set(r.entity, (amounts.get(r.entity) ?? 0) + 1);
  const entities = [...amounts.keys()].sort((a, b) => a - b);
  await sql`INSERT INTO total AS t SELECT * FROM unnest(
      ${entities}::int[], ${entities.map((e) => amounts.get(e))}::bigint[],
      ${entities.map((e) => amounts.get(e))}::bigint[])
    ON CONFLICT (entity) DO UPDATE SET amount = t.amount + excluded.amount,
      events = t.events + excluded.events`;
  return records.length;
}

export const designs = {
  "offset first": (sql, settings) => {
    const between = crash(settings);
    return async (partition, records, hint) => {
      await hint();
      between();
      return add(sql, records);
    };
  },
  "effect first": (sql, settings) => {
    const between = crash(settings);
    return async (partition, records, hint) => {
      const applied = await add(sql, records);
      between();
      await hint();
      return applied;
    };
  },
  together: (sql, settings) => {
    const between = crash(settings);
    return async (partition, records, hint) => {
      const applied = await applyAround(sql, partition, records);
      between();
      await hint();
      return applied;
    };
  },
  // The read side: versions make repeats harmless, so the offset may follow the effect.
  documents: (sql) => async (_, records, hint) => {
    const applied = await project(sql, records);
    await hint();
    return applied;
  },
};
