// The tables of rates: commits against consumers and lanes, the client alone, and skewed keys.

import { throughput } from "./throughput.js";
import { csv, measured, summary, three } from "../csv.js";
import { even, hot } from "../core/skew.js";

const ENTITIES = 10_000;
const RECORDS = { 1: 1_200, 10: 9_600, 100: 48_000, 1000: 120_000 };
const weights = { even: even(ENTITIES), "half on one key": hot(ENTITIES, 0.5), "one key": [1] };

const BATCHES = [1, 10, 100, 1000];
export const GROUPS = [
  { group: "1 on 1 partition", partitions: 1, consumers: 1, lanes: 1 },
  { group: "1 consumer", partitions: 12, consumers: 1, lanes: 1 },
  { group: "2 consumers", partitions: 12, consumers: 2, lanes: 1 },
  { group: "4 consumers", partitions: 12, consumers: 4, lanes: 1 },
  { group: "1 with 12 lanes", partitions: 12, consumers: 1, lanes: 12 },
];
const FULL = { group: "everything", partitions: 12, consumers: 1, lanes: 1, batch: 1000 };
const CLIENT = { ...FULL, group: "without the database", design: "nothing" };

const sized = (scale) => (c) => ({ keys: "even", design: "together", ...c,
  records: Math.max(c.batch * c.partitions, RECORDS[c.batch] * scale) });

// The rates in records/s, and minutes for 1.8 million records.
export async function commit({ rounds, scale, batches = BATCHES, groups = GROUPS }) {
  const configurations = batches.flatMap((batch) => groups.map((g) => ({ ...g, batch })));
  return table(configurations.map(sized(scale)), rounds, (c, { rate }) => ({
    commit: c.batch, group: c.group, minutes: three(1_800_000 / rate / 60) }));
}

export async function client({ rounds, scale }) {
  return table([CLIENT, FULL].map(sized(scale)), rounds, (c, { rate }) =>
    ({ work: c.group, micros: three(1e6 / rate) }));
}

export async function skewed({ rounds, scale }) {
  const configurations = [1, 10, 1000].flatMap((batch) => Object.keys(weights).map((keys) =>
    ({ partitions: 12, consumers: 4, lanes: 1, keys, batch })));
  return table(configurations.map(sized(scale)), rounds, (c) => ({ keys: c.keys, commit: c.batch }));
}

// All 1.8 million records once: a long run pays for checkpoints and growing indexes too.
export async function whole({ records }) {
  const configurations = [
    { group: "1 consumer", consumers: 1, batch: 100 }, { group: "4 consumers", consumers: 4, batch: 1000 },
  ].map((c) => ({ ...c, partitions: 12, lanes: 1, keys: "even", design: "together", records }));
  const rates = await throughput(configurations, { weights, rounds: 1, warmUp: 0 });
  return csv(measured("one run each"), configurations.map((c, i) => ({ group: c.group, commit: c.batch, records,
    rate: three(rates[i][0]), minutes: three(records / rates[i][0] / 60) })));
}

async function table(configurations, rounds, describe) {
  const rates = await throughput(configurations, { weights, rounds });
  return csv(measured(`median and range of ${rounds} runs`), configurations.map((c, i) => {
    const { median, low, high } = summary(rates[i]);
    const rate = { rate: three(median), low: three(low), high: three(high) };
    return { ...describe(c, { rate: median }), ...rate };
  }));
}
