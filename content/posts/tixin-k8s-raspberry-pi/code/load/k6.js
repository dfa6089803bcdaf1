// k6 run -e URL=http://…/ -e RATE=400 k6.js
// The closed scenario finds the knee, the open one measures what visitors would see at a rate.

import http from "k6/http";
import { check } from "k6";

const url = __ENV.URL;
const rate = Number(__ENV.RATE);
const seconds = Number(__ENV.SECONDS || 30);

// #region scenarios
export const options = {
  scenarios: {
    closed: { executor: "constant-vus", vus: 8, duration: `${seconds}s` },
    open: {
      executor: "constant-arrival-rate",
      rate,
      timeUnit: "1s",
      duration: `${seconds}s`,
      startTime: `${seconds}s`, // after the closed scenario
      preAllocatedVUs: 200,
      maxVUs: 2000,
    },
  },
  thresholds: {
    "http_req_duration{scenario:open}": ["p(99)<250"],
    dropped_iterations: ["count==0"], // an open model without a free user has become a closed one
    checks: ["rate==1"],
  },
};
// #endregion

export default async function () {
  const answer = await http.asyncRequest("GET", url);
  check(answer, { "is 200": (it) => it.status === 200 });
}
