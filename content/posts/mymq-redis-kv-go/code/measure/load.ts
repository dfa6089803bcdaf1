/** One run of the real redis-benchmark against a server, with the server's CPU time. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import type { Running } from "./processes.ts";

export type Load = { requests: number; pipeline: number; connections: number };
/** `cpu` is user and system time of the server per request, in µs. */
export type Sample = { rate: number; cpu: number };

export async function benchmark(server: Running, { requests, pipeline, connections }: Load): Promise<Sample> {
  const before = onCpu(server.pid);
  const { stdout } = await promisify(execFile)("redis-benchmark", [
    "-p", String(server.port), "-t", "set", "-r", "65536", "-c", String(connections),
    "-n", String(requests), "-P", String(pipeline), "--csv",
  ]);
  const row = /^"SET","([\d.]+)"/m.exec(stdout);
  if (!row) throw new Error(`no result in: ${stdout}`);
  return { rate: Number(row[1]), cpu: (onCpu(server.pid) - before) / 1000 / requests };
}

/** Nanoseconds of all threads: the first field of /proc/PID/task/TID/schedstat. */
function onCpu(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks)
    .map((task) => Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]))
    .reduce((sum, time) => sum + time, 0);
}
