// Starts the balancer on two ports: the proxy's and the status endpoint's.

import { seeded } from "../core/random";
import { defaults } from "../core/settings";
import { createBalancer } from "./balancer";
import { launchProcess } from "./process";

const command = ["bun", new URL("instance.ts", import.meta.url).pathname];
const balancer = createBalancer({
  settings: defaults,
  launch: () => launchProcess(command, {}),
  clock: () => performance.now(),
  random: seeded(Date.now()),
});
const proxy = balancer.proxy.listen(Number(process.env["PORT"] ?? 8080), "127.0.0.1");
const admin = balancer.admin.listen(Number(process.env["ADMIN_PORT"] ?? 8081), "127.0.0.1");
const timer = setInterval(balancer.tick, defaults.checkInterval);
await balancer.tick();

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    clearInterval(timer);
    proxy.close();
    admin.close();
    await balancer.close();
    process.exit(0);
  });
}
