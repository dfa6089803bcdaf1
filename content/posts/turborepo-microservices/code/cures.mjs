// What each cure of a stale build script does besides: which tasks get another key, whether filters see the edit, and
// whether `turbo prune` copies the script.
import { TOOL_SCRIPT, buildTask, changeScript, turboJson, useTool } from "./changes.mjs";
import { shown } from "./filters.mjs";
import { Workspace } from "./workspace.mjs";

const globalFile = (shop) => turboJson(shop, { globalDependencies: ["build.mjs"] });
const rootInput = (shop) => buildTask(shop, { inputs: ["$TURBO_DEFAULT$", "$TURBO_ROOT$/build.mjs"] });
const FLAGS = { affectedUsingTaskInputs: true, filterUsingTasks: true, pruneIncludesGlobalFiles: true };
const withFlags = (cure) => (shop) => turboJson(cure(shop), { futureFlags: FLAGS });

export const CURES = [
  { cure: "none", apply() {} },
  { cure: "globalDependencies", apply: globalFile },
  { cure: "the same, all three flags", apply: withFlags(globalFile) },
  { cure: "$TURBO_ROOT$ in inputs", apply: rootInput },
  { cure: "the same, all three flags", apply: withFlags(rootInput) },
  { cure: "a package that the others use", apply: useTool, path: TOOL_SCRIPT },
];

/** Rows of `results/cures.csv`: an edit of the script is the last commit of a branch. */
export function rows() {
  return CURES.map(({ cure, apply, path }) => {
    const shop = Workspace.fresh();
    apply(shop);
    shop.commit("The cure");
    const before = keys(shop);
    shop.git("switch", "--quiet", "--create", "change");
    changeScript(shop, path).commit("Another first line");
    const changed = [...keys(shop)].filter(([task, key]) => before.get(task) !== key).map(([task]) => task);
    const count = (name) => changed.filter((task) => task.endsWith(`#${name}`)).length;
    const row = {
      cure,
      build: count("build"),
      test: count("test"),
      lint: count("lint"),
      affected: shown(shop, "TURBO_SCM_BASE=main --affected"),
      filter: shown(shop, "--filter=...[main]"),
      pruned: shop.pruned("ledger").some((file) => file.endsWith("build.mjs")) ? "yes" : "no",
    };
    shop.remove();
    return row;
  });
}

/** The key of every task. */
function keys(shop) {
  return new Map(shop.tasks(["build", "test", "lint"]).map((task) => [task.taskId, task.hash]));
}
