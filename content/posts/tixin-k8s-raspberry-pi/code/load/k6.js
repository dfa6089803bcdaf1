// k6 run -e URL=http://…/ -e RATE=400 k6.js
// The closed scenario finds the knee, the open one measures what visitors would see at a rate.

import http from "k6/http";
import { check } from "k6";

const url = __ENV.URL;
const rate = Number(__ENV.RATE);
const duration = `${__ENV.SECONDS || 30}s`;

// #region scenarios
export const options = {
  scenarios: {
    closed: { executor: "constant-vus", vus: 8, duration },
    open: { executor: "constant-arrival-rate", rate, duration, startTime: duration,
      preAllocatedVUs: 200, maxVUs: 2000 },
  },
  thresholds: {
    "http_req_duration{scenario:open}": ["p(99)<250"],
    dropped_iterations: ["count==0"], // without a free user, an open model has become a closed one
    checks: ["rate==1"],
  },
};
// #endregion

export default async function () {
  const answer = await http.asyncRequest("GET", url);
  check(answer, { "is 200": (it) => it.status === 200 });
}
