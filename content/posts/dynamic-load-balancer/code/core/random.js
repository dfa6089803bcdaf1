// Seeded random numbers (mulberry32), so that every run of the model can be repeated.

/** @typedef {() => number} Random */

/**
 * @param {number} seed
 * @returns {Random}
 */
export const seeded = (seed) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * The time to the next of several independent events: what makes arrivals a Poisson process.
 *
 * @param {Random} random
 * @param {number} mean
 */
export const exponential = (random, mean) => -mean * Math.log(1 - random())
