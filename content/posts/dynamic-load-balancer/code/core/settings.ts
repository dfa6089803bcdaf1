// The settings of the system that the article is about, and those that this code adds.

import type { FleetSettings } from "./fleet";

export type Settings = FleetSettings & {
  /** `/health` is asked this often, and the scaler decides as often, ms. */
  checkInterval: number;
  /** An instance that has not answered `/health` by then has failed the check, ms. */
  healthTimeout: number;
  /** Longest silence of an instance during a request, before or within its answer, ms. */
  requestTimeout: number;
};

// #region settings
export const defaults: Settings = {
  checkInterval: 5_000,
  healthTimeout: 2_000,
  scaler: {
    min: 2,
    max: 8,
    up: 3,
    down: 0.5,
    idle: 30_000,
    divisor: "ordered",
    step: "shortfall",
    signal: "mean",
  },
  policy: "least loaded",
  outlier: { failures: 3, ejectFor: 10_000, failureCountsAs: 1_000 },
  requestTimeout: 10_000,
  drainTimeout: 30_000,
  startTimeout: 30_000,
  replaceAfter: 3,
  latencyMemory: 10_000,
};
// #endregion
