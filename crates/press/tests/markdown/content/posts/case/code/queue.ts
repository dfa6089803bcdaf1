// A queue in memory.
import { type Job, LEASE } from "./job.js";

export class Queue {
  jobs: Job[] = [];

  // #region lease
  lease(now: number): Job | undefined {
    const job = this.jobs.find((job) => job.until <= now);

    // #region log
    console.log("leased", job?.id);
    // #endregion log
    if (job) job.until = now + LEASE;
    return job;
  }
  // #endregion lease
}
