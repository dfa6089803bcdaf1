// Traffic as a health check: an instance that keeps failing gets no more of it for a while.

import type { Instance } from "./instance";

export type Outcome = "ok" | "failed" | "aborted";

export type OutlierSettings = {
  /** Failures in a row that eject; 0 never ejects. */
  failures: number;
  /** How long an ejected instance gets no requests, ms. */
  ejectFor: number;
  /** A failed request counts as one that takes this long, ms; 0 counts its real time. */
  failureCountsAs: number;
};

/** Notes an answer. Returns true if it ejects the instance. */
// #region eject
export function judge(it: Instance, outcome: Outcome, now: number, rules: OutlierSettings): boolean {
  if (outcome === "aborted") return false; // no evidence about the instance
  if (outcome === "ok") return (it.failuresInARow = 0), false;
  if (rules.failureCountsAs > 0) it.charges.push(now + rules.failureCountsAs);
  it.failuresInARow++;
  if (rules.failures === 0 || it.failuresInARow < rules.failures) return false;
  if (it.ejectedUntil > now) return false; // answers that were under way
  it.ejectedUntil = now + rules.ejectFor; // the count stays: probation
  return true;
}
// #endregion

/** Who may be chosen. A verdict that would leave nobody is ignored: it is likelier to be wrong. */
export function eligible(all: readonly Instance[], now: number): Instance[] {
  const healthy = all.filter((it) => it.state === "ready" && it.healthy);
  if (healthy.length === 0) return all.filter((it) => it.state === "ready");
  // At most half may be ejected. If more fail, the cause is likely one that they share.
  const trusted = healthy.filter((it) => it.ejectedUntil <= now);
  return trusted.length * 2 >= healthy.length ? trusted : healthy;
}

/** Load as the policy sees it. Forgets the charges that have run out. */
export function charged(it: Instance, now: number): number {
  while (it.charges.length > 0 && it.charges[0]! <= now) it.charges.shift();
  return it.load + it.charges.length;
}
