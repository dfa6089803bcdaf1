// With real processes: start, crash, growth, shrinking, end.

import { expect, test } from "bun:test";
import { seeded } from "../core/random";
import { defaults } from "../core/settings";
import { createBalancer } from "../server/balancer";
import { launchProcess } from "../server/process";
import { listen, until } from "./stage";

test("instances are started, replaced after a crash, added under load and taken away after it", async () => {
  const settings = { ...defaults, checkInterval: 100, scaler: { ...defaults.scaler, max: 3, idle: 300 } };
  const instance = ["bun", new URL("../server/instance.ts", import.meta.url).pathname];
  const balancer = createBalancer({
    settings,
    launch: () => launchProcess(instance, { WORK_MS: "1000" }),
    clock: () => performance.now(),
    random: seeded(1),
  });
  const [proxy, admin] = [await listen(balancer.proxy), await listen(balancer.admin)];
  const timer = setInterval(balancer.tick, settings.checkInterval);
  /** The instances by number: `1 ready, 2 starting`. */
  const fleet = async (): Promise<string> => {
    const { instances } = await (await fetch(`${admin.url}/status`)).json();
    return instances.map((one: { id: number; state: string }) => `${one.id} ${one.state}`).join(", ");
  };
  try {
    await until(async () => (await fleet()) === "1 ready, 2 ready");
    expect((await fetch(`${proxy.url}/crash`)).status).toBe(502);
    await until(async () => /^[12] ready, 3 ready$/.test(await fleet()));
    const work = Array.from({ length: 20 }, () => fetch(`${proxy.url}/work`));
    await until(async () => /^[12] ready, 3 ready, 4 ready$/.test(await fleet()));
    for (const { status } of await Promise.all(work)) expect(status).toBe(200);
    await until(async () => /^[12] ready, 3 ready$/.test(await fleet()));
  } finally {
    clearInterval(timer);
    await balancer.close();
    for (const { server } of [proxy, admin]) server.close(), server.closeAllConnections();
  }
});
