// What a filter selects: in a working tree with an edit that is not committed, and in the pipeline, where the same edit
// is the last commit of a branch.
import { comment } from "./changes.mjs";
import { PACKAGES } from "./keys.mjs";
import { Workspace } from "./workspace.mjs";

/** The filters, as they are written on a command line. */
export const FILTERS = [
  "--filter=@shop/ledger",
  "--filter=...@shop/money",
  "--filter=[HEAD]",
  "--filter=...[HEAD]",
  "--filter=...[origin/main]",
  "--affected",
  "TURBO_SCM_BASE=origin/main --affected",
];

/** The states of the repository in which each filter is tried: a working tree, and clones of a branch. */
function states() {
  const origin = Workspace.fresh();
  const laptop = origin.clone();
  laptop.edit("packages/money/src/index.mjs", comment);
  origin.git("switch", "--quiet", "--create", "change");
  origin.edit("packages/money/src/index.mjs", comment).commit("A comment in money");
  const pipeline = origin.clone("--branch", "change");
  const shallow = origin.clone("--branch", "change", "--depth", "1");
  origin.git("switch", "--quiet", "main");
  origin.edit("apps/notify/src/index.mjs", comment).commit("A comment in notify");
  const moved = origin.clone("--branch", "change");
  origin.remove();
  return { laptop, pipeline, moved, shallow };
}

/** Rows of `results/filters.csv`: the packages that each filter runs, or what turbo says against it. */
export function rows() {
  const entries = Object.entries(states());
  const rows = FILTERS.map((filter) => {
    const cells = entries.map(([state, shop]) => [state, shown(shop, filter)]);
    return { filter, ...Object.fromEntries(cells) };
  });
  for (const [, shop] of entries) shop.remove();
  return rows;
}

/** The packages in alphabetical order. A filter may begin with a variable. */
export function shown(shop, filter) {
  const [, base, option] = filter.match(/^(?:TURBO_SCM_BASE=(\S+) )?(.*)$/);
  const machine = shop.copy({ ...shop.environment, ...(base && { TURBO_SCM_BASE: base }) });
  try {
    const selected = machine.selected(option);
    if (selected.length === Object.keys(PACKAGES).length) return "all five";
    return selected.length === 0 ? "nothing" : selected.join(", ");
  } catch (error) {
    if (!/unknown revision|bad revision|ambiguous argument|Git error/.test(error.message)) throw error;
    return "an error";
  } finally {
    machine.remove();
  }
}
