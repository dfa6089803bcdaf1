// The simulation and the real balancer decide alike.
//
// A simulated run is played again over real sockets: the same arrivals, ends, boots and checks in
// the same order, with the clock of the simulation. Both must have recorded the same journal.

import { expect, test } from "bun:test";
import type { Outcome } from "../core/outlier";
import type { PolicyName } from "../core/policy";
import { defaults } from "../core/settings";
import { simulate, type Fault } from "../core/simulation";
import type { Entry } from "../server/balancer";
import { SEED, stage, until, type Stage } from "./stage";

/** An entry of the journal, and which client it is about. */
type Played = Entry & { client?: number };

const settings = {
  ...defaults,
  requestTimeout: 4_000,
  scaler: { ...defaults.scaler, down: 1.5, idle: 10_000 },
};

function simulated(policy: PolicyName): Played[] {
  const trace: Played[] = [];
  const faults: Fault[] = ["none", "broken", "slow", "none", "hang"];
  let arrived = 0;
  let ended: number | undefined;
  simulate(
    {
      settings: { ...settings, policy },
      seed: SEED,
      until: 60_000,
      rate: (now) => (now > 5_000 && now < 25_000 ? 12 : 3),
      highestRate: 12,
      serviceTime: 800,
      slots: 4,
      bootTime: 7_000,
      patience: 3_000,
      faultOf: (id) => faults[id % faults.length]!,
      warm: true,
    },
    {
      answer: ({ request }) => (ended = request),
      event(at, event, decisions) {
        const client = event.kind === "request" ? ++arrived : event.kind === "end" ? ended! : undefined;
        trace.push({ at, event, decisions, ...(client !== undefined && { client }) });
      },
    },
  );
  return trace;
}

/** Makes each event of the trace happen, and waits until the balancer has noticed. */
async function play(trace: Played[], it: Stage): Promise<void> {
  const clients = new Map<number, { leave: AbortController; id: number }>();
  for (const [position, { at, event, decisions, client }] of trace.entries()) {
    it.clock.now = at;
    if (event.kind === "tick") await it.balancer.tick();
    if (event.kind === "check") it.stubs.get(event.id)!.boot();
    if (event.kind === "request") {
      const leave = new AbortController();
      // A POST, because fetch sends a GET again if its connection breaks, and that would be a second request.
      const request = { method: "POST", body: "x", signal: leave.signal };
      fetch(`${it.url}/${client}`, request).then((answer) => answer.text()).catch(() => {});
      const id = decisions[0]?.kind === "send" ? decisions[0].id : 0;
      clients.set(client!, { leave, id });
      if (id > 0) await it.stubs.get(id)!.request(`/${client}`);
    }
    if (event.kind === "end") {
      const { leave, id } = clients.get(client!)!;
      if (event.outcome === "aborted") leave.abort();
      else await answer(it, id, client!, event.outcome);
    }
    await until(() => news(it.journal).length > position);
    expect(news(it.journal)[position]).toEqual({ at, event, decisions });
  }
}

/** A failure takes one of three shapes in turn, and all must count as one. */
async function answer(it: Stage, id: number, client: number, outcome: Outcome): Promise<void> {
  const { req, res } = await it.stubs.get(id)!.request(`/${client}`);
  if (outcome === "ok") return void res.end("done");
  if (client % 3 === 0) return void res.writeHead(500).end("broken");
  if (client % 3 === 1) return void req.socket.destroy();
  res.write("the first half");
  await Bun.sleep(1);
  req.socket.destroy();
}

/** The simulation has no periodic checks of healthy instances; they decide nothing. */
function news(journal: Entry[]): Entry[] {
  return journal.filter(({ event, decisions }) => event.kind !== "check" || decisions.length > 0);
}

for (const policy of ["round robin", "least loaded", "two choices", "peak EWMA"] as const) {
  test(`${policy}: a simulated run, played over sockets, gives the same decisions`, async () => {
    const trace = simulated(policy);
    const kinds = new Set(trace.flatMap(({ decisions }) => decisions.map(({ kind }) => kind)));
    for (const kind of ["send", "eject", "admit", "start", "stop"] as const) expect(kinds).toContain(kind);
    const outcomes = new Set(trace.map(({ event }) => (event.kind === "end" ? event.outcome : "")));
    for (const outcome of ["ok", "failed", "aborted"] as const) expect(outcomes).toContain(outcome);
    const it = await stage({ ...settings, policy, requestTimeout: 60_000 }, () => {}); // the trace says what times out
    try {
      await play(trace, it);
    } finally {
      await it.end();
    }
  });
}
