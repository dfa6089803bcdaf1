// Three load generators at the same nominal rate, against the same server with the same stall.
//
//   closed  a user sends, waits for the answer, pauses, and sends again
//   paced   a user sends on a schedule, but only when the last answer is there. Each answer gives two
//           times: since it was sent, and since it was due
//   open    requests are sent when due, however many are unanswered

import { spawn } from "node:child_process";
import http from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { quantile } from "../core/load.mjs";

const USERS = 4;
const PERIOD_MS = 10; // of each user: 4 users make 400 requests/s
const THINK_MS = 5; // closed: service and pause together take one period

const SLOW_MS = 100; // far above the 5 ms of service, far below the stall

const now = () => performance.now();

export async function startServer() {
  const child = spawn(process.execPath, [new URL("server.mjs", import.meta.url).pathname], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  return { port: Number(String(line)), stop: () => child.kill() };
}

const client = (port) => {
  const agent = new http.Agent({ keepAlive: true });
  const send = (path, method = "GET") =>
    new Promise((done, failed) => {
      const request = http.request({ host: "127.0.0.1", port, path, method, agent }, (answer) => answer.resume().on("end", done));
      request.on("error", failed).end();
    });
  return { send, close: () => agent.destroy() };
};

// #region generators
async function closed({ send, end }, record) {
  const user = async () => {
    while (now() < end) {
      const sent = now();
      await send("/");
      record("closed", now() - sent);
      await sleep(THINK_MS);
    }
  };
  await Promise.all(Array.from({ length: USERS }, user));
}

async function paced({ send, end }, record) {
  const user = async (_, index) => {
    let due = now() + (index * PERIOD_MS) / USERS;
    for (; due < end; due += PERIOD_MS) {
      if (due > now()) await sleep(due - now());
      const sent = now();
      await send("/");
      record("paced, since sent", now() - sent);
      record("paced, since due", now() - due);
    }
  };
  await Promise.all(Array.from({ length: USERS }, user));
}

async function open({ send, end }, record) {
  const pending = [];
  for (let due = now(); due < end; due += PERIOD_MS / USERS) {
    if (due > now()) await sleep(due - now());
    pending.push(send("/").then(() => record("open, since due", now() - due)));
  }
  await Promise.all(pending);
}
// #endregion

// One run of each generator; a stall of `stallMs` begins after a third of `runMs`.
export async function compare(port, { runMs, stallMs }) {
  const times = new Map();
  const record = (series, ms) => {
    if (!times.has(series)) times.set(series, []);
    times.get(series).push(ms);
  };
  for (const generate of [closed, paced, open]) {
    const { send, close } = client(port);
    const stall = sleep(runMs / 3).then(() => send(`/stall?ms=${stallMs}`, "POST"));
    await generate({ send, end: now() + runMs }, record);
    await stall;
    close();
  }
  return [...times].map(([series, all]) => {
    const sorted = all.sort((a, b) => a - b);
    const slow = sorted.filter((ms) => ms > SLOW_MS).length / sorted.length;
    return { series, requests: sorted.length, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: sorted.at(-1), slow: slow * 100 };
  });
}
