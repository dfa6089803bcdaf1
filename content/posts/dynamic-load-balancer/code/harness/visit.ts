// Sends some requests to a running balancer, crashes an instance, and prints what the status says.

const proxy = `http://127.0.0.1:${process.env["PORT"]}`;
const admin = `http://127.0.0.1:${process.env["ADMIN_PORT"]}/status`;

export type Status = { target: number; requests: number; instances: { id: number; state: string; load: number }[] };

async function status(): Promise<Status | undefined> {
  return fetch(admin).then((answer) => answer.json() as Promise<Status>, () => undefined);
}

async function waitFor(ids: RegExp): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const ready = (await status())?.instances.filter(({ state }) => state === "ready").map(({ id }) => id);
    if (ready && ids.test(ready.join(" "))) return;
    await Bun.sleep(20);
  }
  throw new Error(`no instances ${ids} within ten seconds`);
}

async function report(what: string): Promise<void> {
  const { target, requests, instances } = (await status())!;
  const list = instances.map(({ id, state, load }) => `${id} ${state}, ${load} in flight`).join("; ");
  console.log(`${what}: target ${target}, ${requests} requests; ${list}`);
}

await waitFor(/^1 2$/);
await report("started");
const answers = await Promise.all(Array.from({ length: 200 }, () => fetch(`${proxy}/work`)));
console.log(`${answers.filter(({ ok }) => ok).length} of ${answers.length} requests answered with 200`);
console.log(`a request that kills its instance: ${(await fetch(`${proxy}/crash`)).status}`);
await waitFor(/^[12] 3$/);
await report("replaced");
