// What the balancer knows of one instance.

/**
 * @typedef {object} Instance
 * @property {number} id
 * @property {'starting' | 'ready' | 'draining'} state
 * @property {number} since when it entered this state, ms
 * @property {boolean} healthy the verdict of the last check of `/health`
 * @property {number} failedChecks
 * @property {number} load requests in flight: from the choice of the instance to the end of the response body
 * @property {number[]} charges when each failure that still counts as load stops to count, ms
 * @property {import('./latency.js').Average | null} latency
 * @property {number} failuresInARow
 * @property {number} ejectedUntil
 */

/**
 * @param {number} id
 * @param {number} now
 * @returns {Instance}
 */
export const newInstance = (id, now) => ({
  id,
  state: 'starting',
  since: now,
  healthy: false,
  failedChecks: 0,
  load: 0,
  charges: [],
  latency: null,
  failuresInARow: 0,
  ejectedUntil: 0,
})
