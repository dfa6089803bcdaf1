// Which instance gets the next request. A policy sees candidates and returns one; it keeps no state.

import type { Random } from "./random";

export type Candidate = {
  id: number;
  /** Requests in flight, plus what recent failures are charged. */
  load: number;
  /** Moving average of the response time, ms. */
  latency: number;
};

/** What may break a tie: the number of this request, and the dice. */
export type Draw = { turn: number; random: Random };
export type Policy = (candidates: readonly Candidate[], draw: Draw) => Candidate;

export const roundRobin: Policy = (all, { turn }) => all[turn % all.length]!;

export const powerOfTwo: Policy = (all, { random }) => {
  const [one, other] = twoOf(all, random);
  return other.load < one.load ? other : one;
};

export const leastLoaded: Policy = (all, { turn }) => {
  let best = all[turn % all.length]!; // a moving start shares ties out
  for (const other of all) if (other.load < best.load) best = other;
  return best;
};

export const peakEwma: Policy = (all, { random }) => {
  const [one, other] = twoOf(all, random);
  return cost(other) < cost(one) ? other : one;
};

const cost = ({ load, latency }: Candidate) => (load + 1) * latency;

/** Two different candidates, or the only one twice. */
function twoOf(all: readonly Candidate[], random: Random): [Candidate, Candidate] {
  const one = Math.floor(random() * all.length);
  if (all.length === 1) return [all[0]!, all[0]!];
  const step = 1 + Math.floor(random() * (all.length - 1));
  return [all[one]!, all[(one + step) % all.length]!];
}

export const policies = {
  "round robin": roundRobin,
  "least loaded": leastLoaded,
  "two choices": powerOfTwo,
  "peak EWMA": peakEwma,
} satisfies Record<string, Policy>;

export type PolicyName = keyof typeof policies;
