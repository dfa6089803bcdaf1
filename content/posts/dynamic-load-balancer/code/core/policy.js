// Which instance gets the next request. A policy sees candidates and returns one; it keeps no state.

/**
 * @typedef {object} Candidate
 * @property {number} id
 * @property {number} load requests in flight, plus what recent failures are charged
 * @property {number} latency moving average of the response time, ms
 */

/** @typedef {import('./random.js').Random} Random */
/** @typedef {{ turn: number, random: Random }} Draw what may break a tie: the number of this request, and the dice */
/** @typedef {(candidates: readonly Candidate[], draw: Draw) => Candidate} Policy */

/** @type {Policy} */
export const roundRobin = (all, { turn }) => all[turn % all.length]

/** @type {Policy} */
export const leastLoaded = (all, { turn }) => {
  let best = all[turn % all.length] // a moving start shares ties out
  for (const other of all) if (other.load < best.load) best = other
  return best
}

/** @type {Policy} */
export const powerOfTwo = (all, { random }) => {
  const [one, other] = twoOf(all, random)
  return other.load < one.load ? other : one
}

/** @type {Policy} */
export const peakEwma = (all, { random }) => {
  const [one, other] = twoOf(all, random)
  return cost(other) < cost(one) ? other : one
}

/** @param {Candidate} candidate */
const cost = ({ load, latency }) => (load + 1) * latency

/**
 * Two different candidates, or the only one twice.
 *
 * @param {readonly Candidate[]} all
 * @param {Random} random
 */
const twoOf = (all, random) => {
  const one = Math.floor(random() * all.length)
  if (all.length === 1) return [all[0], all[0]]
  const step = 1 + Math.floor(random() * (all.length - 1))
  return [all[one], all[(one + step) % all.length]]
}

export const policies = {
  'round robin': roundRobin,
  'least loaded': leastLoaded,
  'two choices': powerOfTwo,
  'peak EWMA': peakEwma,
}

/** @typedef {keyof typeof policies} PolicyName */
