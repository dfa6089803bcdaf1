// CPU time of processes, in seconds, from /proc. Unlike the clock it does not count waiting for a core.

import { readdirSync, readFileSync } from "node:fs";

const TICKS = 100;                // a second, in /proc/PID/stat on every Linux of today

function stat(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
    const [parent, user, system, exitedUser, exitedSystem] = [1, 11, 12, 13, 14].map((i) => Number(fields[i]));
    return { parent, own: (user + system) / TICKS, exited: (exitedUser + exitedSystem) / TICKS };
  } catch {
    return null;                  // it ended between the listing and the reading
  }
}

export const cpuOf = (pids) => pids.reduce((sum, pid) => sum + (stat(pid)?.own ?? 0), 0);

// The server and its backends, those that have ended too.
export function cpuOfPostgres() {
  const server = Number(readFileSync(`${process.env.PGHOST}/postmaster.pid`, "utf8").split("\n")[0]);
  const { own, exited } = stat(server);
  const backends = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && stat(name)?.parent === server);
  return own + exited + cpuOf(backends);
}
