// Lanes that fill from a stream of keys, and consumers that drain them in batches.
// Time in seconds. Arrivals are a fluid, so a run has no chance in it and can be drawn as it goes.
//
// 1. A consumer looks at its lanes in turn and takes what waits, at most `max` records of one lane.
// 2. The batch keeps it busy for commit + records * record seconds.
// 3. Then the batch is done, and the consumer looks at its next lane.

/** @typedef {{ commit: number, record: number, max: number }} Costs seconds for a commit and a record, records a commit */
/** @typedef {{ backlog: number, rate: number, owner: number }} Load a lane as it is given */
/** @typedef {Load & { read: number, free: number }} Lane */
/** @typedef {{ lane: Lane, from: number, records: number, start: number, end: number }} Batch */
/** @typedef {{ id: number, free: number, next: number, busy: boolean, last: Batch | null }} Consumer */
/** @typedef {{ costs: Costs, lanes: Lane[], consumers: Consumer[] }} Run */

/** @param {Costs & { cpu: number, cores: number, share: number, most: number, partitions: number }} group */
//#region bounds
// What each limit alone would allow, in records/s. The smallest one rules.
// Seconds on the clock for a commit and a record, seconds of CPU for a record, at most `max` a commit.
export function bounds({ commit, record, max, cpu, cores, share, most, partitions }) {
  const one = max / (commit + max * record);  // one consumer, one commit at a time
  return {
    consumers: one * partitions / most,       // most: the fullest consumer's, of even partitions
    keys: one / share,                        // share: of the busiest partition
    machine: cores / cpu,                     // the work that no batch removes
  };
}
//#endregion

/** @param {Record<string, number>} limits */
export const ruling = (limits) =>
  Object.entries(limits).reduce((a, b) => (b[1] < a[1] ? b : a))[0];

// lanes: [{ backlog, rate, owner }].
// Ends at `until`, or earlier when all that had arrived is taken (`stop`: "empty") or will never be more.
/** @param {{ lanes: Load[], costs: Costs, until: number, stop?: string }} options */
export function simulate({ lanes, costs, until, stop = "end" }) {
  const run = begin({ lanes, costs, consumers: new Set(lanes.map((lane) => lane.owner)) });
  /** @type {{ at: number, records: number, wait: number }[]} */
  const samples = [];
  for (;;) {
    const now = soonest(run).free;
    if (now >= until || finished(run.lanes, now, stop)) return { lanes: run.lanes, samples, end: Math.min(now, until) };
    const { taken } = turn(run);
    if (taken) samples.push({ at: taken.end, records: taken.records, wait: waits(taken) });
  }
}

// The same, to be driven turn by turn, with consumers that die and lanes that change owners.
// Of a lane, `read` is the next offset that its owner reads; `free` is when the last batch taken is done.
/** @type {(options: { lanes: Load[], costs: Costs, consumers: Iterable<number> }) => Run} */
export const begin = ({ lanes, costs, consumers }) => ({
  costs, lanes: lanes.map((lane) => ({ ...lane, read: 0, free: 0 })),
  consumers: [...consumers].map((id) => newcomer(id, 0)),
});

/** @type {(id: number, now: number) => Consumer} */
const newcomer = (id, now) => ({ id, free: now, next: 0, busy: false, last: null });

/** @param {Run} run */
export const soonest = (run) => run.consumers.reduce((a, b) => (b.free < a.free ? b : a));

// The turn of the consumer that is free first: the batch that it has done, and the one that it takes, or null.
/** @param {Run} run */
export function turn(run) {
  const consumer = soonest(run);
  const { free: now, busy, last } = consumer;
  const taken = take(run, consumer, now);
  Object.assign(consumer, { busy: taken !== null, last: taken ?? last,
    free: taken?.end ?? now + nextArrival(owned(run, consumer), now) });
  return { consumer, done: busy ? last : null, taken };
}

/** @param {Load} lane @param {number} now */
const arrived = (lane, now) => lane.backlog + lane.rate * now;
/** @param {Lane} lane @param {number} now */
export const waiting = (lane, now) => arrived(lane, now) - lane.read;
/** @param {Lane[]} lanes @param {number} now @param {string} stop */
const finished = (lanes, now, stop) =>
  lanes.every((lane) => (lane.rate === 0 || stop === "empty") && waiting(lane, now) < 1);
/** @type {(run: Run, consumer: Consumer) => Lane[]} */
const owned = (run, { id }) => run.lanes.filter((lane) => lane.owner === id);

/** @type {(run: Run, consumer: Consumer, now: number) => Batch | null} */
function take(run, consumer, now) {
  const own = owned(run, consumer);
  for (let i = 0; i < own.length; i++) {
    const lane = own[(consumer.next + i) % own.length];
    const records = Math.min(run.costs.max, Math.floor(waiting(lane, now) + 1e-9));
    if (records < 1 || lane.free > now) continue;
    consumer.next = (consumer.next + i + 1) % own.length;
    const end = now + run.costs.commit + records * run.costs.record;
    const from = lane.read;
    lane.read += records;
    lane.free = end;
    return { lane, from, records, start: now, end };
  }
  return null;
}

// How long the oldest record of the batch has waited when its commit returns.
/** @param {Batch} batch */
function waits({ lane, from, end }) {
  if (lane.rate === 0) return end;
  return end - Math.max(0, (from + 1 - lane.backlog) / lane.rate);
}

// A lane that has just changed owners is not free before its last batch is done.
/** @param {Lane[]} own @param {number} now */
function nextArrival(own, now) {
  const gaps = own.map((lane) => Math.max(lane.free - now, untilOne(lane, now)));
  return Math.max(1e-6, Math.min(...gaps, Infinity));
}

/** @param {Lane} lane @param {number} now */
function untilOne(lane, now) {
  const missing = 1 - waiting(lane, now);
  return lane.rate > 0 ? missing / lane.rate : missing > 0 ? Infinity : 0;
}

// A consumer dies. Its last batch may be durable, but Kafka does not know: `rewind` makes the heir read it again.
/** @param {Run} run @param {number} id */
export function bury(run, id) {
  const [dead] = run.consumers.splice(run.consumers.findIndex((consumer) => consumer.id === id), 1);
  if (dead.busy && dead.last) dead.last.lane.free = 0;
  return dead;
}

// Not if another owner has read on: it was given the offset when the lane became its own.
/** @param {Batch} batch */
export function rewind({ lane, from, records }) {
  if (lane.read === from + records) lane.read = from;
}

/** @param {Run} run @param {number} id @param {number} now */
export function join(run, id, now) {
  run.consumers.push(newcomer(id, now));
}

// New owners, as in assign.js. Whoever has no batch in hand looks at its lanes again.
/** @param {Run} run @param {number[]} owners @param {number} now */
export function reassign(run, owners, now) {
  run.lanes.forEach((lane, p) => { lane.owner = owners[p]; });
  for (const consumer of run.consumers) if (!consumer.busy) consumer.free = now;
}
