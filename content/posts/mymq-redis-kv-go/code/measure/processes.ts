/** Starts servers for the experiments and ends them with the experiment. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const children = new Set<ChildProcess>();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

export type Running = { child: ChildProcess; port: number; pid: number };

function start(command: string, args: string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

export async function kill({ child }: Running) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** A port that was free a moment ago: redis-server cannot choose one itself. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

export async function redis(directory: string, options: string[]): Promise<Running> {
  mkdirSync(directory, { recursive: true });
  const port = await freePort();
  const where = ["--port", String(port), "--bind", "127.0.0.1", "--dir", directory];
  const child = start("redis-server", [...where, "--logfile", join(directory, "log"), ...options]);
  return { child, port, pid: child.pid! };
}

/** The store of code/kv: it chooses its port and prints it. */
export async function kv(binary: string, options: string[]): Promise<Running> {
  const child = start(binary, options);
  const [line] = (await Promise.race([once(child.stdout!, "data"), failed(child)])) as [Buffer];
  return { child, port: Number(line.toString()), pid: child.pid! };
}

async function failed(child: ChildProcess): Promise<never> {
  await once(child, "exit"); // or rejects with the error of a start that failed
  throw new Error("the store ended before it was ready");
}

export function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

export function significant(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}

/** When, where and with what: the first line of a measured CSV. */
export function measured(what: string): string {
  const date = new Date().toISOString().slice(0, 10);
  return `measured: ${date}, 2 shared x86-64 cores, ${what}`;
}
