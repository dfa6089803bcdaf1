// How many instances there should be. Pure: the state goes in, the next state comes out.

/**
 * @typedef {object} ScalerSettings
 * @property {number} min
 * @property {number} max
 * @property {number} up scale up above this average load
 * @property {number} down scale down below this average load
 * @property {number} idle how long the average has to stay below `down`, ms
 * @property {'ready' | 'ordered'} divisor of the average: instances that are ready, or all that were ordered
 * @property {'one' | 'shortfall'} step how many are added at once: one, or all that are missing
 * @property {'sample' | 'mean'} signal the load: its value at the instant of the check, or its mean since the last one
 */

/** @typedef {{ target: number, quietSince: number | null }} Scaler */
/** @typedef {{ load: number, ready: number, ordered: number, now: number }} Seen `load`: requests in flight in the whole fleet */

/**
 * @param {Scaler} old
 * @param {Seen} seen
 * @param {ScalerSettings} settings
 * @returns {Scaler}
 */
// #region scale
export const scale = (old, seen, settings) => {
  const { min, max, up, down, idle } = settings
  const divisor = Math.max(1, settings.divisor === 'ordered' ? seen.ordered : seen.ready)
  const average = seen.load / divisor
  if (average > up) {
    const wanted = settings.step === 'one' ? old.target + 1 : Math.ceil(seen.load / up)
    return { target: Math.min(max, Math.max(old.target, wanted)), quietSince: null }
  }
  if (average >= down) return { target: old.target, quietSince: null }
  const quietSince = old.quietSince ?? seen.now
  if (seen.now - quietSince < idle) return { target: old.target, quietSince }
  return { target: Math.max(min, old.target - 1), quietSince: null } // one, then a new wait
}
// #endregion
