// Who can write what into a remote cache: a colleague's machine with another build script uploads under the keys of the honest one, because the script is
// in no key. Then a machine without a local cache builds.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Workspace } from "./workspace.mjs";

/** Signing, the key that the writer has, and how the honest machine reads. */
export const CASES = [
  { signing: "off", writer: "any machine with the token" },
  { signing: "on", writer: "another key", key: "a-key-of-somebody-else-0123456789" },
  { signing: "on", writer: "the shared key", key: "the-key-of-this-team-0123456789ab" },
];
const TEAM_KEY = "the-key-of-this-team-0123456789ab";

/** Rows of `results/remote.csv`: how many of the five tasks the honest machine restored, and how many of those hold what the writer put there. */
export async function rows() {
  const rows = [];
  for (const entry of CASES) rows.push({ signing: entry.signing, writer: entry.writer, ...(await attack(entry)) });
  return rows;
}

async function attack({ signing, key }) {
  const server = spawn("node", [new URL("cache-server.mjs", import.meta.url).pathname], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [port] = await once(server.stdout, "data");
    const remote = { TURBO_API: `http://127.0.0.1:${Number(port)}`, TURBO_TOKEN: "token", TURBO_TEAM: "shop" };
    const honest = machine(signing, { ...remote, TURBO_REMOTE_CACHE_SIGNATURE_KEY: TEAM_KEY });
    const writer = honest.copy({ ...remote, TURBO_REMOTE_CACHE_SIGNATURE_KEY: key ?? TEAM_KEY });
    writer.edit("build.mjs", (text) => text.replace("// region", "// poisoned, region"));
    writer.build("--force");
    const tasks = Object.values(honest.build());
    const poisoned = Object.values(honest.outputs()).filter((output) => output.includes("poisoned"));
    honest.remove();
    writer.remove();
    return { restored: tasks.filter((task) => task === "hit").length, poisoned: poisoned.length };
  } finally {
    server.kill();
    await once(server, "exit");
  }
}

/** A machine without a local cache. */
function machine(signing, environment) {
  const shop = Workspace.fresh(environment);
  shop.edit("turbo.json", (text) => JSON.stringify({ remoteCache: { signature: signing === "on" }, ...JSON.parse(text) }));
  return shop;
}
