// Bun queues requests above a limit of its own, which the environment sets at the start. A fleet
// that hangs would then delay the health checks of everyone else until they fail.

import { expect, test } from "bun:test";

const HUNG = 300;

/** Hangs many requests at one server, then asks another for its health. */
const program = `
  const serve = (fetch) => Bun.serve({ port: 0, hostname: "127.0.0.1", fetch }).url;
  const hanging = serve(() => new Promise(() => {}));
  const healthy = serve(() => new Response("ok"));
  for (let n = 0; n < ${HUNG}; n++) fetch(hanging).catch(() => {});
  await Bun.sleep(300);
  const signal = AbortSignal.timeout(1_000);
  console.log(await fetch(healthy, { signal }).then((answer) => answer.ok, () => false));
  process.exit();
`;

/** Without a limit the child has Bun's own, whatever this process was started with. */
async function healthy(limit?: number): Promise<string> {
  const { BUN_CONFIG_MAX_HTTP_REQUESTS: _, ...env } = process.env;
  if (limit !== undefined) env["BUN_CONFIG_MAX_HTTP_REQUESTS"] = String(limit);
  const child = Bun.spawn(["bun", "-e", program], { env, stdout: "pipe", stderr: "inherit" });
  return (await new Response(child.stdout).text()).trim();
}

test("hung requests starve the health checks with Bun's own limit, but not with one above their number", async () => {
  expect(await Promise.all([healthy(), healthy(4096)])).toEqual(["false", "true"]);
});
