// Who can write what into a remote cache: a machine with another build script uploads under the keys of the honest
// ones, because the script is in no key. Then an honest machine without a local cache builds.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { changeScript, comment, turboJson } from "./changes.mjs";
import { Workspace } from "./workspace.mjs";

const TEAM_KEY = "the-key-of-this-team-0123456789ab";
const OTHER_KEY = "a-key-of-somebody-else-0123456789";
const READER = "the shared key, a token that may only read";

/** Whether artifacts are signed, what the attacker has, and who builds first. */
export const CASES = [
  { signing: "off", attacker: "a token that may write", token: "write", key: TEAM_KEY, first: "the attacker" },
  { signing: "on", attacker: "the same, another key", token: "write", key: OTHER_KEY, first: "the attacker" },
  { signing: "on", attacker: "the same, the shared key", token: "write", key: TEAM_KEY, first: "the attacker" },
  { signing: "on", attacker: READER, token: "read", key: TEAM_KEY, first: "the pipeline" },
];

/** Rows of `results/remote.csv`: tasks that the honest machine restored, and those with what the attacker wrote. */
export async function rows() {
  const rows = [];
  for (const { signing, attacker, ...means } of CASES) {
    rows.push({ signing, attacker, ...(await attack(signing, means)) });
  }
  return rows;
}

function attack(signing, { token, key, first }) {
  return withServer((machine) => {
    const honest = Workspace.fresh(machine("read", TEAM_KEY));
    turboJson(honest, { remoteCache: { signature: signing === "on" } });
    if (first === "the pipeline") run(honest.copy(machine("write", TEAM_KEY)));
    run(changeScript(honest.copy(machine(token, key))));
    const tasks = Object.values(honest.build());
    const poisoned = Object.values(honest.outputs()).filter((output) => output.startsWith("// Region"));
    honest.remove();
    return { restored: tasks.filter((task) => task === "hit").length, poisoned: poisoned.length };
  });
}

/**
 * After an attack with the shared key, an honest machine that may write builds its own edit of ledger. Then another one
 * builds the same commit. Returns what each did with each package, and whether the attacker's text is in the output.
 */
export function spread() {
  return withServer((machine) => {
    const honest = Workspace.fresh(machine("write", TEAM_KEY));
    turboJson(honest, { remoteCache: { signature: true } });
    run(changeScript(honest.copy()));
    honest.edit("apps/ledger/src/index.mjs", comment);
    const other = honest.copy(machine("read", TEAM_KEY));
    return [honest, other].map((shop) => {
      const tasks = shop.build();
      const outputs = shop.outputs();
      shop.remove();
      const words = Object.keys(tasks).map((name) => {
        const isWrong = outputs[name].includes("// Region");
        return [name, isWrong ? `${tasks[name]}, wrong` : tasks[name]];
      });
      return Object.fromEntries(words);
    });
  });
}

/** Runs an experiment with a new remote cache. It gets the environment of a machine by its token and its key. */
async function withServer(experiment) {
  const script = new URL("cache-server.mjs", import.meta.url).pathname;
  const server = spawn("node", [script], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [port] = await once(server.stdout, "data");
    return experiment((token, key) => ({
      TURBO_API: `http://127.0.0.1:${Number(port)}`,
      TURBO_TEAM: "shop",
      TURBO_TOKEN: token,
      TURBO_REMOTE_CACHE_SIGNATURE_KEY: key,
    }));
  } finally {
    server.kill();
    await once(server, "exit");
  }
}

/** Builds every task and uploads what the token allows. */
function run(shop) {
  shop.build("--force");
  shop.remove();
}
