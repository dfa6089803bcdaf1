// Executes load/k6.js without k6: enough of its two executors to see that the script is right.
// It counts iterations, dropped ones and checks. It is no load generator; that is generate.mjs.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const seconds = (text) => Number(/^(\d+(?:\.\d+)?)s$/.exec(text)[1]) * 1000;

async function load(env, modules) {
  const text = readFileSync(new URL("k6.js", import.meta.url), "utf8")
    .replace('import http from "k6/http";', "const { http } = globalThis.k6;")
    .replace('import { check } from "k6";', "const { check } = globalThis.k6;");
  globalThis.k6 = modules;
  globalThis.__ENV = env;
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}

const executors = {
  async "constant-vus"({ vus, duration }, iterate) {
    const end = performance.now() + seconds(duration);
    const user = async () => {
      while (performance.now() < end) await iterate();
    };
    await Promise.all(Array.from({ length: vus }, user));
  },
  async "constant-arrival-rate"({ rate, timeUnit = "1s", duration, maxVUs }, iterate, drop) {
    const count = (rate * seconds(duration)) / seconds(timeUnit);
    const start = performance.now();
    let busy = 0;
    const pending = [];
    for (let i = 0; i < count; i++) {
      const due = start + (i * seconds(timeUnit)) / rate;
      if (due > performance.now()) await sleep(due - performance.now());
      if (busy >= maxVUs) drop();
      else pending.push((busy++, iterate().finally(() => busy--)));
    }
    await Promise.all(pending);
  },
};

export async function run(env) {
  const seen = { iterations: {}, dropped: 0, checks: { passed: 0, failed: 0 } };
  const check = (value, rules) => {
    for (const rule of Object.values(rules)) seen.checks[rule(value) ? "passed" : "failed"]++;
  };
  const http = { asyncRequest: async (method, url) => fetch(url, { method }).then(async (it) => (await it.text(), { status: it.status })) };
  const script = await load(env, { http, check });
  for (const [name, scenario] of Object.entries(script.options.scenarios)) {
    seen.iterations[name] = 0;
    const iterate = () => (seen.iterations[name]++, script.default());
    await executors[scenario.executor](scenario, iterate, () => seen.dropped++);
  }
  return { options: script.options, seen };
}
