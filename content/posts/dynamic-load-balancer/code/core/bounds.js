// Below which threshold a fleet may shrink without growing again at once.

/** @typedef {import('./scaler.js').ScalerSettings} ScalerSettings */

/**
 * Up to this threshold no steady load can bounce: the fewest that remain after a stop, `min`, take
 * over the load of `min + 1`, and must not exceed `up`.
 *
 * @param {ScalerSettings} settings
 */
export const highestStableDown = ({ up, min }) => (up * min) / (min + 1)

/**
 * The same with random arrivals. A load of mean D that varies with variance `noise` times D must not
 * exceed `up * min` by chance: D + sigmas * sqrt(noise * D) = up * min, solved for D / (min + 1).
 *
 * For Poisson arrivals and exponential service times S without queues, `noise` is 1 for a sample. The
 * autocovariance is D * exp(-t / S), so the mean over T has 2 S/T (1 - S/T (1 - exp(-T/S))); that is
 * 0.32 for T = 5 S.
 *
 * @param {ScalerSettings} settings
 * @param {number} noise
 * @param {number} sigmas
 */
export const highestCalmDown = ({ up, min }, noise, sigmas) => {
  const spread = sigmas * Math.sqrt(noise)
  const root = (Math.sqrt(spread ** 2 + 4 * up * min) - spread) / 2
  return root ** 2 / (min + 1)
}
