/**
 * Prints durability.csv: a busy queue ends at a random moment, by `kill -9` or
 * by a power loss, and starts again from its log. How much of what it had
 * acknowledged is gone?
 */
import { csv, fixed, median } from "./csv.ts";
import { ModelDisk } from "./disk.ts";
import { Durable, type Policy } from "./durable.ts";
import { decode } from "./log.ts";
import type { Lease } from "../core/queue.js";
import { Random } from "../core/random.js";

const SENDS_PER_SECOND = 10;
const TRIALS = 20;
/** Assumed: Linux writes back what has been dirty for 30 s (dirty_expire_centisecs). */
const WRITEBACK = 30_000;
/** Assumed: a library collects output and writes 4 KiB at a time. */
const LIBRARY_BUFFER = 4096;

/** Replies before it writes, as a program does that logs through a buffer. */
class BufferedDisk extends ModelDisk {
  private held: Uint8Array[] = [];

  override write(bytes: Uint8Array) {
    this.held.push(bytes);
    if (this.held.reduce((sum, { length }) => sum + length, 0) < LIBRARY_BUFFER) return;
    for (const bytes of this.held) super.write(bytes);
    this.held = [];
  }
}

const POLICIES: { policy: Policy; name: string; disk: () => ModelDisk }[] = [
  { name: "reply before write", policy: "never", disk: () => new BufferedDisk() },
  { name: "never", policy: "never", disk: () => new ModelDisk() },
  { name: "everysec", policy: "everysec", disk: () => new ModelDisk() },
  { name: "always", policy: "always", disk: () => new ModelDisk() },
];

const rows = [];
for (const { name, policy, disk } of POLICIES) {
  for (const failure of ["kill -9", "power loss"]) {
    const trials = Array.from({ length: TRIALS }, (_, seed) =>
      trial(disk(), policy, failure === "power loss", new Random(seed + 1)));
    const lost = trials.map((trial) => trial.lost);
    rows.push({
      policy: name, failure,
      acknowledged: median(trials.map((trial) => trial.acknowledged)),
      lost: median(lost), lost_low: Math.min(...lost), lost_high: Math.max(...lost),
      seconds: fixed(Math.max(...lost) / SENDS_PER_SECOND, 1),
      reissued: median(trials.map((trial) => trial.reissued)),
    });
  }
}

function trial(disk: ModelDisk, policy: Policy, powerFails: boolean, random: Random) {
  const { acknowledged, received } = run(disk, policy, random);
  if (powerFails) disk.losePower(random);
  const { queue } = new Durable(disk, policy, { lease: 10_000, maxTries: 5 });
  // Without the epoch the counter would go on from what the log remembers.
  const { events } = decode(disk.read());
  const remembered = events.filter(({ kind }) => kind === "receive").length;
  return { acknowledged, lost: acknowledged - queue.sent, reissued: received - remembered };
}

/** One send, one receive and one acknowledgement at a time, until the end. */
function run(disk: ModelDisk, policy: Policy, random: Random) {
  const durable = new Durable(disk, policy, { lease: 10_000, maxTries: 5 });
  const step = 1000 / SENDS_PER_SECOND;
  const end = WRITEBACK + random.unit() * WRITEBACK;
  let received = 0;
  for (let now = 0, id = 0; now < end; now += step, id++) {
    durable.handle({ kind: "send", now, id: `m${id}`, body: "issue ticket", delay: 0 });
    const lease = durable.handle({ kind: "receive", now }) as Lease;
    durable.handle({ kind: "ack", now, id: lease.message.id, receipt: lease.receipt });
    received++;
    durable.commit();
    if (crosses(now, step, 1000)) durable.tick();
    if (crosses(now, step, WRITEBACK) && policy === "never") disk.sync();
  }
  return { acknowledged: durable.queue.sent, received };
}

function crosses(now: number, step: number, period: number): boolean {
  return Math.floor((now + step) / period) > Math.floor(now / period);
}

csv(
  `computed: code/mymq/durability.ts, median of ${TRIALS} ends, unsynced sectors survive by chance`,
  rows,
);
