// The same outage as in outage.mjs, event by event. outage.mjs says what should come out; this says
// whether it does, with phases and requests that are drawn at random.

import { SETTLE, cluster } from "./cluster.mjs";
import { clock } from "./events.mjs";
import { random } from "./random.mjs";

/**
 * What requests meet, second by second, after `dead` has lost power.
 *
 * @param {import("./cluster.mjs").Name} dead
 * @param {import("./cluster.mjs").Setup} setup
 * @param {{ seed?: number, seconds?: number, perSecond?: number, [name: string]: number | undefined }} [options]
 */
export function outage(dead, setup, { seed = 1, seconds = 120, perSecond = 50, ...given } = {}) {
  const time = clock();
  /** @type {{ [what: string]: number }} */
  const log = {};
  const note = (/** @type {string} */ what) => (log[what] ??= time.now() - SETTLE);
  const { pull, visit } = cluster({ time, uniform: random(seed), setup, address: dead, given, note });
  const counts = Array.from({ length: seconds }, () => ({ sent: 0, page: 0, session: 0, lookup: 0 }));
  const request = () => {
    const second = Math.floor(time.now() - SETTLE);
    if (second >= 0 && second < seconds) count(counts[second], visit());
    time.after(1 / perSecond, request);
  };
  time.at(SETTLE, () => pull(dead));
  time.at(SETTLE, request);
  time.run(SETTLE + seconds);
  const shares = counts.map(({ sent, page, session, lookup }) => ({
    page: page / sent,
    session: session / sent,
    lookup: lookup / sent,
  }));
  return { log, shares };
}

/**
 * @param {{ sent: number, page: number, session: number, lookup: number }} second
 * @param {{ page: boolean, session: boolean, lookup: boolean }} answered
 */
function count(second, { page, session, lookup }) {
  second.sent++;
  if (page) second.page++;
  if (session) second.session++;
  if (lookup) second.lookup++;
}
