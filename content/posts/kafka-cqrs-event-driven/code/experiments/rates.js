// The tables of rates: commits against consumers and lanes, skewed keys, and all 1.8 million records.

import { throughput } from "./throughput.js";
import { csv, measured, summary, three } from "../csv.js";
import { even, hot } from "../core/skew.js";

const ENTITIES = 10_000;
const RECORDS = { 1: 600, 10: 6_000, 100: 36_000, 1000: 120_000 };
// The shares of each entity.
const weights = { even: even(ENTITIES), "half on one key": hot(ENTITIES, 0.5), "one key": [1] };

const BATCHES = [1, 10, 100, 1000];
// The chart shows three of the five; one line over another is no comparison.
export const GROUPS = [
  { group: "1 on 1 partition", partitions: 1, consumers: 1, lanes: 1, chart: "yes" },
  { group: "1 consumer", partitions: 12, consumers: 1, lanes: 1, chart: "no" },
  { group: "2 consumers", partitions: 12, consumers: 2, lanes: 1, chart: "no" },
  { group: "4 consumers", partitions: 12, consumers: 4, lanes: 1, chart: "yes" },
  { group: "1 with 12 lanes", partitions: 12, consumers: 1, lanes: 12, chart: "yes" },
];

const sized = (scale) => (c) => ({ keys: "even", design: "together", ...c,
  records: Math.max(c.batch * c.partitions, RECORDS[c.batch] * scale) });

// The rates in records/s, minutes for 1.8 million records, and CPU in µs a record.
export function commit({ rounds, scale, batches = BATCHES, groups = GROUPS }) {
  const sets = batches.map((batch) => groups.map((g) => ({ ...g, batch })).map(sized(scale)));
  return table(sets, rounds, (c, { rate, client, postgres }) => ({
    commit: c.batch, group: c.group, minutes: three(1_800_000 / rate / 60),
    client: three(client), postgres: three(postgres), chart: c.chart }));
}

export function skewed({ rounds, scale }) {
  const sets = [1, 10, 1000].map((batch) => Object.keys(weights).map((keys) =>
    ({ partitions: 12, consumers: 4, lanes: 1, keys, batch })).map(sized(scale)));
  return table(sets, rounds, (c) => ({ keys: c.keys, commit: c.batch }));
}

// All 1.8 million records once: a long run pays for checkpoints and growing indexes too.
export async function whole({ records }) {
  const configurations = [
    { group: "1 consumer", consumers: 1, batch: 100 }, { group: "4 consumers", consumers: 4, batch: 1000 },
  ].map((c) => ({ ...c, partitions: 12, lanes: 1, keys: "even", design: "together", records }));
  const runs = await throughput(configurations, { weights, rounds: 1, warmUp: 0 });
  return csv(measured("one run each"), configurations.map((c, i) => ({ group: c.group, commit: c.batch, records,
    rate: three(runs[i][0].rate), minutes: three(records / runs[i][0].rate / 60) })));
}

// Each set is measured by itself: the members of a group that waits cost a little too.
async function table(sets, rounds, describe) {
  const rows = [];
  for (const set of sets) {
    const runs = await throughput(set, { weights, rounds });
    set.forEach((c, i) => rows.push(row(runs[i], (medians) => describe(c, medians))));
  }
  return csv(measured(`median and range of ${rounds} runs`), rows);
}

function row(runs, describe) {
  const [rate, client, postgres] = ["rate", "client", "postgres"].map((key) =>
    summary(runs.map((run) => run[key])));
  return { ...describe({ rate: rate.median, client: client.median, postgres: postgres.median }),
    rate: three(rate.median), low: three(rate.low), high: three(rate.high) };
}
