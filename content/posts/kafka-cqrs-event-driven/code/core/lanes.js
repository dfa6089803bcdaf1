// Lanes that fill from a stream of keys, and consumers that drain them in batches.
// Time in seconds. Arrivals are a fluid, so a run has no chance in it and can be drawn as it goes.
//
// 1. A consumer looks at its lanes in turn and takes what waits, at most `max` records of one lane.
// 2. The batch keeps it busy for commit + records * record seconds.
// 3. Then the batch is done, and the consumer looks at its next lane.

//#region bounds
// What each limit alone would allow, in records/s. The smallest one rules.
// Seconds on the clock for a commit and a record, seconds of CPU for a record, at most `max` a commit.
export function bounds({ commit, record, max, cpu, cores, share, most, partitions }) {
  const one = max / (commit + max * record);  // one consumer, one commit at a time
  return {
    consumers: one * partitions / most,       // most: what the fullest consumer owns
    keys: one / share,                        // share: of the busiest partition
    machine: cores / cpu,                     // the work that no batch removes
  };
}
//#endregion

export const ruling = (limits) =>
  Object.entries(limits).reduce((a, b) => (b[1] < a[1] ? b : a))[0];

// lanes: [{ backlog, rate, owner }]; kill: { consumer, at, session } or null.
// Ends at `until`, or earlier when all that had arrived is done (`stop`: "empty") or will never be more.
export function simulate({ lanes, costs, kill = null, until, stop = "end" }) {
  const state = lanes.map((lane) => ({ ...lane, done: 0 }));
  const run = { state, costs, commits: 0, repeated: 0, samples: [] };
  const consumers = [...new Set(lanes.map((lane) => lane.owner))];
  const clock = new Map(consumers.map((consumer) => [consumer, 0]));
  const turn = new Map(consumers.map((consumer) => [consumer, 0]));
  let alive = kill;
  for (;;) {
    const [consumer, now] = [...clock].reduce((a, b) => (b[1] < a[1] ? b : a));
    if (now >= until || finished(state, now, stop)) return { ...run, end: Math.min(now, until) };
    if (alive && consumer === alive.consumer && now >= alive.at) {
      bury(run, alive, clock);
      alive = null;
      continue;
    }
    clock.set(consumer, step(run, consumer, now, turn));
  }
}

const arrived = (lane, now) => lane.backlog + lane.rate * now;
export const waiting = (lane, now) => arrived(lane, now) - lane.done;
const finished = (state, now, stop) =>
  state.every((lane) => (lane.rate === 0 || stop === "empty") && waiting(lane, now) < 1);

function step(run, consumer, now, turn) {
  const own = run.state.filter((lane) => lane.owner === consumer);
  const from = turn.get(consumer);
  for (let i = 0; i < own.length; i++) {
    const lane = own[(from + i) % own.length];
    const records = Math.min(run.costs.max, Math.floor(waiting(lane, now) + 1e-9));
    if (records < 1) continue;
    turn.set(consumer, (from + i + 1) % own.length);
    const end = now + run.costs.commit + records * run.costs.record;
    lane.done += records;
    run.commits += 1;
    run.samples.push({ at: end, records, wait: waits(lane, records, end) });
    return end;
  }
  return now + nextArrival(own, now);
}

// How long the oldest record of the batch has waited when its commit returns.
function waits(lane, records, end) {
  if (lane.rate === 0) return end;
  const ordinal = lane.done - records + 1 - lane.backlog;
  return end - Math.max(0, ordinal / lane.rate);
}

function nextArrival(own, now) {
  const gaps = own.filter((lane) => lane.rate > 0)
    .map((lane) => (1 - waiting(lane, now)) / lane.rate);
  return Math.max(1e-6, Math.min(...gaps, Infinity));
}

// The dead consumer's last batch was durable, its offset was not: the heir reads it again.
function bury(run, kill, clock) {
  clock.delete(kill.consumer);
  const heirs = [...clock.keys()];
  const orphans = run.state.filter((lane) => lane.owner === kill.consumer);
  const last = run.samples.findLast((sample) => sample.at <= kill.at + 1e-9);
  run.repeated += last?.records ?? 0;
  orphans.forEach((lane, i) => { lane.owner = heirs[i % heirs.length]; });
  for (const heir of heirs) {
    clock.set(heir, Math.max(clock.get(heir), kill.at + kill.session));
  }
}
