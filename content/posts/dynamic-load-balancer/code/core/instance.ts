// What the balancer knows of one instance.

import type { Average } from "./latency";

export type Instance = {
  readonly id: number;
  state: "starting" | "ready" | "draining";
  /** When it entered this state, ms. */
  since: number;
  /** The verdict of the last check of `/health`. */
  healthy: boolean;
  failedChecks: number;
  /** Requests in flight: from the choice of the instance to the end of the response body. */
  load: number;
  /** When each failure that still counts as load stops to count, ms. */
  charges: number[];
  latency: Average | null;
  failuresInARow: number;
  ejectedUntil: number;
};

export function newInstance(id: number, now: number): Instance {
  return {
    id,
    state: "starting",
    since: now,
    healthy: false,
    failedChecks: 0,
    load: 0,
    charges: [],
    latency: null,
    failuresInARow: 0,
    ejectedUntil: 0,
  };
}
