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
  timeout: number;
  load: Load;
};

/** Sends requests to the URL. Resolves when the last has its answer. */
export type Load = (url: string) => Promise<Answers>;
type Answers = { errors: number; times: number[]; all: number };
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
      const { errors, times, all } = await it.load(`http://127.0.0.1:${address.port}/work`);
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
export function openLoop(rate: number, seconds: number): Load {
  return async (url) => {
    const random = seeded(1);
    const answers: Answers = { errors: 0, times: [], all: 0 };
    const requests: Promise<void>[] = [];
    const start = performance.now();
    for (let at = 0; at < seconds * 1000; at += exponential(random, 1000 / rate)) {
      const wait = start + at - performance.now();
      if (wait > 0) await Bun.sleep(wait);
      requests.push(ask(url, answers));
    }
    await Promise.all(requests);
    return answers;
  };
}

/** Closed loop: each client waits for its answer. How busy the machine is changes little then. */
export function closedLoop(clients: number, requests: number): Load {
  return async (url) => {
    const answers: Answers = { errors: 0, times: [], all: 0 };
    const client = async (): Promise<void> => {
      while (answers.all < requests) await ask(url, answers);
    };
    await Promise.all(Array.from({ length: clients }, client));
    return answers;
  };
}

async function ask(url: string, answers: Answers): Promise<void> {
  answers.all++;
  const from = performance.now();
  const ok = await fetch(url).then(async (answer) => (await answer.arrayBuffer(), answer.ok), () => false);
  if (ok) answers.times.push(performance.now() - from);
  else answers.errors++;
}
