// Writes every computed table: `node tables.mjs DIR`. The same input gives the same bytes.

import { mkdirSync, writeFileSync } from "node:fs";
import { available, largestAnswer, majority, meanTime } from "../core/arithmetic.mjs";
import { DEFAULTS, place } from "../core/defaults.mjs";
import { closed, open, quantile, simulate } from "../core/load.mjs";
import { recovery, steps, unreachableAfter, verdict } from "../core/outage.mjs";
import { random } from "../core/random.mjs";
import { outage } from "../core/replay.mjs";

const precise = (number) => String(Number(number.toPrecision(5)));
const cell = (value) => (typeof value === "number" ? precise(value) : /[",]/.test(value) ? `"${value}"` : value);
export const csv = (origin, columns, rows) => [`# ${origin}`, columns.join(","), ...rows.map((row) => row.map(cell).join(",")), ""].join("\n");

const MODEL = "computed: discrete-event simulation of two boards, seed 1, 1.2 s after 0.3 s of warm-up; assumed 0.4 ms of CPU a request (exponential)";

const measured = ({ rate, mean, p50, p99, link }) => [rate, mean, p50, p99, link * 100];

function models() {
  const loops = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000].map((n) => ["closed", n, ...measured(simulate(closed(n)))]);
  const rates = [1000, 2000, 4000, 8000, 12000, 14000, 16000, 16500].map((rate) => ["open", rate, ...measured(simulate(open(rate)))]);
  return csv(`${MODEL}, answers of 2 kB`, ["model", "load", "rate", "mean_ms", "p50_ms", "p99_ms", "link_percent"], [...loops, ...rates]);
}

function sizes() {
  const rows = [1, 2, 4, 6, 8, 12, 16, 32].map((kB) => {
    const { rate, p99, link } = simulate(closed(256), { bytes: kB * 1000 });
    return [kB, rate, p99, link * 100];
  });
  return csv(`${MODEL}, 256 connections in a closed loop, one address`, ["kB", "rate", "p99_ms", "link_percent"], rows);
}

function survivor() {
  const rows = [[2, 16000], [1, 16000], [1, 8000]].map(([boards, rate]) => [boards, rate, ...measured(simulate(open(rate), { boards }))]);
  return csv(`${MODEL}, answers of 2 kB, open model`, ["boards", "offered", "rate", "mean_ms", "p50_ms", "p99_ms", "link_percent"], rows);
}

function layouts() {
  const named = { "one-address": "One address (VRRP)", "two-local": "Two addresses, each answers from its own pods", "two-crossing": "Two addresses, half of the answers cross" };
  const rows = Object.entries(named).map(([layout, name]) => [name, largestAnswer(layout, 16000) / 1000]);
  return csv("computed: 117.7 MB/s of TCP payload a port, divided by what the busier port sends at 16,000 answers/s", ["layout", "kB"], rows);
}

function little() {
  const rows = [1000, 256, 64, 8].map((n) => [n, meanTime(n, 16000)]);
  return csv("computed: R = N / X with X = 16,000/s, one request a connection at a time (assumed)", ["connections", "mean_ms"], rows);
}

function control() {
  const up = 0.99;
  const row = (name, needed, members) => [name, members, needed, members - needed, available(needed, members, up) * 100];
  const etcd = (n) => row(`${n === 2 ? "Two" : "Three"} k3s servers, embedded etcd`, majority(n).needed, n);
  return csv("computed: independent boards, each assumed up 99 % of the time", ["shape", "members", "needed", "may_fail", "percent"], [row("One k3s server, SQLite", 1, 1), etcd(2), etcd(3)]);
}

function detection() {
  const rows = [40, 50].map((grace) => {
    const uniform = random(1);
    const after = Array.from({ length: 20000 }, () => unreachableAfter({ lease: uniform(), monitor: uniform() }, { grace }));
    const sorted = after.sort((a, b) => a - b);
    const earliest = unreachableAfter({ lease: 1, monitor: 0 }, { grace });
    const latest = unreachableAfter({ lease: 0, monitor: 1 }, { grace });
    return [grace === 50 ? "1.32 and later" : "up to 1.31", grace, earliest, quantile(sorted, 0.5), quantile(sorted, 0.95), latest];
  });
  return csv("computed: lease renewed each 10 s, looked at each 5 s, 20,000 random phases, seed 1", ["release", "grace", "earliest", "median", "p95", "latest"], rows);
}

function stepTable() {
  const rows = steps().map(({ name, setup }) => [
    name,
    ...["agent", "server"].flatMap((dead) => ["page", "session", "lookup"].map((kind) => verdict(kind, recovery(dead, setup)))),
  ]);
  const kinds = (dead) => ["page", "session", "lookup"].map((kind) => `${dead}_${kind}`);
  return csv("computed: the rules and defaults in core/outage.mjs; heartbeats at the middle of their ranges", ["setup", ...kinds("agent"), ...kinds("server")], rows);
}

// The first and the last step, event by event.
function seconds() {
  const cases = [["first", steps()[0]], ["last", steps().at(-1)]].flatMap(([name, step]) => [["agent", name, step], ["server", name, step]]);
  const rows = cases.flatMap(([dead, name, step]) =>
    outage(dead, step.setup, { perSecond: 200 }).shares.map(({ page, session, lookup }, second) => [`${name}, ${dead} dies`, second, page * 100, session * 100, lookup * 100]),
  );
  return csv("computed: event-by-event simulation in core/cluster.mjs, 200 requests/s, seed 1", ["case", "second", "page", "session", "lookup"], rows);
}

function tolerations() {
  const rows = [0, 30, 60, 300].map((toleration) => {
    const { redis } = recovery("agent", { dns: "local", redis: "agent", volume: false, checks: true, toleration });
    return [toleration, redis, redis - DEFAULTS.podStart - toleration];
  });
  return csv("computed: detection at 47.5 s, then tolerationSeconds, then 5 s to start (assumed)", ["toleration", "seconds", "detection"], rows);
}

// One replica on each board. The agent dies, is evicted, and returns; then the server's board dies.
function placement() {
  const rows = ["ScheduleAnyway", "DoNotSchedule"].map((rule) => {
    const running = { server: 1, agent: 0 };
    const moved = place(running, ["server"], rule);
    if (moved !== "pending") running[moved]++;
    const during = `${running.server} + ${moved === "pending" ? "1 pending" : "0"}`;
    if (moved === "pending") running[place(running, ["server", "agent"], rule)]++;
    return [rule, during, `${running.server} / ${running.agent}`, running.agent];
  });
  return csv("computed: the scheduler's skew rule in core/outage.mjs, two replicas", ["rule", "during", "after", "left"], rows);
}

export const TABLES = { models, sizes, survivor, layouts, little, control, detection, steps: stepTable, seconds, tolerations, placement };

if (import.meta.url === `file://${process.argv[1]}`) {
  const directory = process.argv[2];
  mkdirSync(directory, { recursive: true });
  for (const [name, table] of Object.entries(TABLES)) writeFileSync(`${directory}/${name}.csv`, table());
}
