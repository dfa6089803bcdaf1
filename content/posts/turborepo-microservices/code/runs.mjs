// Runs of turbo over one cache: a task restores what is stored under its key, or is built out of what the packages that
// it uses have on the disk, right or wrong. No IO. The tests compare it with the real turbo.
import { PACKAGES, keyOf, outputOf } from "./keys.mjs";

/** Builds every package, each after those that it uses. The cache holds outputs by key. */
export function run(state, cache) {
  const tasks = {};
  for (const name of Object.keys(PACKAGES)) {
    const key = keyOf(name, state);
    const stored = cache.get(key);
    const output = stored ?? outputOf(name, state, (need) => tasks[need].output);
    cache.set(key, output);
    tasks[name] = { key, ran: stored === undefined, output };
  }
  return tasks;
}

/** What an attacker with another build script stores under the keys of the honest machines. */
export function poison(state, cache) {
  const attacker = { ...state, root: { "build.mjs": "attacker" } };
  for (const name of Object.keys(PACKAGES)) cache.set(keyOf(name, state), outputOf(name, attacker));
}
