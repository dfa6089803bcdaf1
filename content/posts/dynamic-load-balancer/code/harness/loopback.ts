// The real balancer on loopback, with real processes behind it: one of four has the fault.

import type { OutlierSettings } from "../core/outlier";
import type { PolicyName } from "../core/policy";
import { exponential, seeded } from "../core/random";
import { defaults } from "../core/settings";
import type { Fault } from "../core/simulation";
import { createBalancer, type Balancer, type Launched } from "../server/balancer";
import { launchProcess } from "../server/process";

const INSTANCES = 4;
const INSTANCE = ["bun", new URL("../server/instance.ts", import.meta.url).pathname];

export type LoopbackTrial = {
  policy: PolicyName;
  protection: OutlierSettings;
  fault: Fault;
  seconds: number;
  rate: number;
  timeout: number;
};
export type Measured = { share: number; errors: number; times: number[] };

/** Processes that several trials share. The faulty one is chosen per trial. */
export class Loopback {
  private readonly processes: Launched[] = [];
  private readonly faulty = new Map<Fault, Launched>();

  constructor(faults: Fault[]) {
    for (let n = 1; n < INSTANCES; n++) this.processes.push(launchProcess(INSTANCE, {}));
    for (const fault of faults) this.faulty.set(fault, launchProcess(INSTANCE, { FAULT: fault }));
  }

  async trial(it: LoopbackTrial): Promise<Measured> {
    const { balancer, sentTo, admitted } = this.balancer(it);
    await balancer.tick();
    await admitted;
    const server = balancer.proxy.listen(0, "127.0.0.1");
    const address = server.address();
    if (!address || typeof address !== "object") throw new Error("the proxy does not listen");
    try {
      const { errors, times, all } = await load(`http://127.0.0.1:${address.port}/work`, it);
      return { share: (100 * sentTo(INSTANCES)) / all, errors: (100 * errors) / all, times };
    } finally {
      server.close();
    }
  }

  end(): void {
    for (const process of [...this.processes, ...this.faulty.values()]) process.stop();
  }

  private balancer(it: LoopbackTrial): { balancer: Balancer; sentTo: (id: number) => number; admitted: Promise<void> } {
    const sent = new Map<number, number>();
    const { promise: admitted, resolve } = Promise.withResolvers<void>();
    let ready = 0;
    const forever = { exited: new Promise(() => {}), stop: () => {} };
    const scaler = { ...defaults.scaler, min: INSTANCES, max: INSTANCES };
    const balancer = createBalancer({
      settings: { ...defaults, scaler, policy: it.policy, outlier: it.protection, requestTimeout: it.timeout },
      launch: (id) => ({ url: (id === INSTANCES ? this.faulty.get(it.fault)! : this.processes[id - 1]!).url, ...forever }),
      clock: () => performance.now(),
      random: seeded(1),
      record({ decisions: [first] }) {
        if (first?.kind === "send") sent.set(first.id, (sent.get(first.id) ?? 0) + 1);
        if (first?.kind === "admit" && ++ready === INSTANCES) resolve();
      },
    });
    return { balancer, sentTo: (id) => sent.get(id) ?? 0, admitted };
  }
}

/** Open loop: a request leaves when its time has come, whether or not the others are back. */
async function load(url: string, it: LoopbackTrial) {
  const random = seeded(1);
  const times: number[] = [];
  const requests: Promise<void>[] = [];
  let errors = 0;
  const one = async (): Promise<void> => {
    const from = performance.now();
    const ok = await fetch(url).then(async (answer) => (await answer.arrayBuffer(), answer.ok), () => false);
    if (ok) times.push(performance.now() - from);
    else errors++;
  };
  const start = performance.now();
  for (let at = 0; at < it.seconds * 1000; at += exponential(random, 1000 / it.rate)) {
    const wait = start + at - performance.now();
    if (wait > 0) await Bun.sleep(wait);
    requests.push(one());
  }
  await Promise.all(requests);
  return { errors, times, all: requests.length };
}
