// Peak EWMA: a slower answer counts at once, a faster one only as time passes.

/** @typedef {{ value: number, at: number }} Average */

/**
 * Without news the average decays, so that an instance that was slow is tried again.
 *
 * @param {Average} average
 * @param {number} now
 * @param {number} memory
 */
export const read = (average, now, memory) => average.value * Math.exp(-(now - average.at) / memory)

/**
 * @param {Average | null} old
 * @param {number} sample
 * @param {number} now
 * @param {number} memory
 * @returns {Average}
 */
export const observe = (old, sample, now, memory) => {
  if (!old) return { value: sample, at: now }
  const before = read(old, now, memory)
  if (sample > before) return { value: sample, at: now }
  const weight = Math.exp(-(now - old.at) / memory)
  return { value: sample + (old.value - sample) * weight, at: now }
}
