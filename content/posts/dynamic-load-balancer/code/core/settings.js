// The settings of the system that the article is about, and those that this code adds.

/**
 * @typedef {object} ServerSettings
 * @property {number} checkInterval `/health` is asked this often, and the scaler decides as often, ms
 * @property {number} healthTimeout an instance that has not answered `/health` by then has failed the check, ms
 * @property {number} requestTimeout longest silence of an instance during a request, before or within its answer, ms
 *
 * @typedef {import('./fleet.js').FleetSettings & ServerSettings} Settings
 */

/** @type {Settings} */
// #region settings
export const defaults = {
  checkInterval: 5_000,
  healthTimeout: 2_000,
  scaler: {
    min: 2,
    max: 8,
    up: 3,
    down: 0.5,
    idle: 30_000,
    divisor: 'ordered',
    step: 'shortfall',
    signal: 'mean',
  },
  policy: 'least loaded',
  outlier: { failures: 3, ejectFor: 10_000, failureCountsAs: 1_000 },
  requestTimeout: 10_000,
  drainTimeout: 30_000,
  startTimeout: 30_000,
  replaceAfter: 3,
  latencyMemory: 10_000,
}
// #endregion
