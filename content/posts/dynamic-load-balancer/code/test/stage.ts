// A real balancer on loopback with stubs as instances and a clock that the test moves.

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { diceOf } from "../core/simulation";
import { defaults, type Settings } from "../core/settings";
import { createBalancer, type Balancer, type Entry } from "../server/balancer";
import { Stub } from "./stub";

export type Stage = {
  balancer: Balancer;
  journal: Entry[];
  stubs: Map<number, Stub>;
  clock: { now: number };
  url: string;
  status: () => Promise<any>;
  end: () => Promise<void>;
};

/** Of the balancer's dice: a simulation with this seed throws the same. */
export const SEED = 4;

export async function stage(settings: Partial<Settings>, onLaunch: (stub: Stub) => void): Promise<Stage> {
  const stubs = new Map<number, Stub>();
  const journal: Entry[] = [];
  const clock = { now: 0 };
  const balancer = createBalancer({
    settings: { ...defaults, ...settings },
    launch(id) {
      const stub = new Stub();
      stubs.set(id, stub);
      onLaunch(stub);
      return stub.launched();
    },
    clock: () => clock.now,
    random: diceOf(SEED),
    record: (entry) => journal.push(entry),
  });
  const [proxy, admin] = [await listen(balancer.proxy), await listen(balancer.admin)];
  async function end(): Promise<void> {
    await balancer.close();
    for (const { server } of [proxy, admin]) server.close(), server.closeAllConnections();
  }
  const status = async () => (await fetch(`${admin.url}/status`)).json();
  return { balancer, journal, stubs, clock, url: proxy.url, status, end };
}

/** A stage whose instances boot at once, after the first check has admitted them. */
export async function ready(settings: Partial<Settings> = {}): Promise<Stage> {
  const it = await stage(settings, (stub) => stub.boot());
  await it.balancer.tick();
  await until(() => it.journal.filter(({ decisions }) => decisions[0]?.kind === "admit").length >= 2);
  return it;
}

export async function listen(app: Balancer["proxy"]): Promise<{ server: Server; url: string }> {
  const server = await new Promise<Server>((resolve) => {
    const it: Server = app.listen(0, "127.0.0.1", () => resolve(it));
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Waits for something that is about to happen. Gives up after ten seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 5_000; tries++) {
    if (await condition()) return;
    await Bun.sleep(tries < 100 ? 0 : 2);
  }
  throw new Error("what the test waits for has not happened");
}
