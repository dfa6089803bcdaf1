// An instance as a process of its own: a Bun program that sends its port to the parent.

import type { Launched } from "./balancer";

const GRACE = 5_000; // ms between the request to end and the order to

export function launchProcess(command: string[], env: Record<string, string>): Launched {
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  const child = Bun.spawn(command, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
    ipc: (message: { port: number }) => resolve(`http://127.0.0.1:${message.port}`),
  });
  const exited = child.exited.then(() => reject(new Error("the instance ended before it listened")));
  url.catch(() => {}); // whoever waits for it handles it
  function stop(): void {
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), GRACE);
    child.exited.finally(() => clearTimeout(force));
  }
  return { url, exited, stop };
}
