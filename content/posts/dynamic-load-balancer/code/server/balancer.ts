// The balancer with its sockets and processes. Every decision is made by `core/fleet.js`:
// this file tells it what happens, and does what it says.

import express, { type Express } from "express";
import { inFlight, newFleet, step, type Decision, type FleetEvent } from "../core/fleet";
import type { Outcome } from "../core/outlier";
import type { Random } from "../core/random";
import type { Settings } from "../core/settings";
import { forward } from "./forward";

/** A started instance. `url` resolves when it listens; `exited`, however it ends. */
export type Launched = { url: Promise<string>; exited: Promise<unknown>; stop(): void };

export type Setup = {
  settings: Settings;
  launch: (id: number) => Launched;
  /** Milliseconds from any origin. Tests have their own. */
  clock: () => number;
  random: Random;
  record?: (entry: Entry) => void;
};

/** What happened and what was decided: enough to repeat a run. */
export type Entry = { at: number; event: FleetEvent; decisions: Decision[] };

export type Balancer = {
  proxy: Express;
  admin: Express;
  /** To be called once per check interval. */
  tick: () => Promise<void>;
  close: () => Promise<void>;
};

export function createBalancer({ settings, launch, clock, random, record }: Setup): Balancer {
  const fleet = newFleet(settings, random);
  const running = new Map<number, { launched: Launched; url?: string }>();
  let closing = false;

  // #region tell
  function tell(event: FleetEvent): Decision[] {
    const at = clock();
    const decisions = step(fleet, event, at);
    record?.({ at, event, decisions });
    for (const decision of decisions) {
      if (decision.kind === "start") start(decision.id);
      if (decision.kind === "stop") running.get(decision.id)?.launched.stop();
    }
    return decisions;
  }
  // #endregion

  function start(id: number): void {
    if (closing) return;
    const launched = launch(id);
    running.set(id, { launched });
    launched.url.then(
      (url) => {
        running.set(id, { launched, url });
        return check(id);
      },
      () => {}, // it ended before it listened, and `exited` says so
    );
    launched.exited.finally(() => {
      running.delete(id);
      tell({ kind: "exit", id });
    });
  }

  async function check(id: number): Promise<void> {
    const url = running.get(id)?.url;
    if (url === undefined) return; // it does not listen yet
    const signal = AbortSignal.timeout(settings.healthTimeout);
    const healthy = await fetch(`${url}/health`, { signal }).then(
      async (answer) => (await answer.arrayBuffer(), answer.ok),
      () => false,
    );
    tell({ kind: "check", id, healthy });
  }

  // #region handler
  const proxy = express().disable("x-powered-by");
  proxy.use(async (req, res) => {
    const from = clock();
    const [decision] = tell({ kind: "request" });
    if (decision?.kind !== "send") return void res.status(503).set("retry-after", "5").end();
    let outcome: Outcome = "failed";
    try {
      const { url } = running.get(decision.id)!;
      outcome = await forward(req, res, { url: url!, silence: settings.requestTimeout });
    } finally {
      tell({ kind: "end", id: decision.id, outcome, took: clock() - from });
    }
  });
  // #endregion

  const admin = express().disable("x-powered-by");
  admin.get("/status", (_req, res) => {
    const { target } = fleet.scaler;
    res.json({ target, inFlight: inFlight(fleet), requests: fleet.requests, instances: fleet.instances });
  });

  async function tick(): Promise<void> {
    tell({ kind: "tick" });
    await Promise.all([...running.keys()].map(check));
  }

  async function close(): Promise<void> {
    closing = true;
    const all = [...running.values()].map(({ launched }) => launched);
    for (const it of all) it.stop();
    await Promise.all(all.map((it) => it.exited));
  }

  return { proxy, admin, tick, close };
}
