// What a filter selects: in a working tree with an edit that is not committed, and in the pipeline, where the same edit is the last commit of a branch.
import { PACKAGES } from "./keys.mjs";
import { Workspace } from "./workspace.mjs";

const comment = (text) => `${text}// changed\n`;

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

/** The states of the repository in which each filter is tried: a working tree, a full clone and a shallow one. */
function states() {
  const origin = Workspace.fresh();
  const laptop = origin.clone();
  laptop.edit("packages/money/src/index.mjs", comment);
  origin.git("switch", "--quiet", "--create", "change");
  origin.edit("packages/money/src/index.mjs", comment);
  origin.commit("A comment in money");
  const full = origin.clone("--branch", "change");
  const shallow = origin.clone("--branch", "change", "--depth", "1");
  origin.remove();
  return { laptop, full, shallow };
}

/** The packages that each filter runs, or what turbo says against it. */
export function rows() {
  const { laptop, full, shallow } = states();
  const rows = FILTERS.map((filter) => ({
    filter,
    laptop: shown(laptop, filter),
    pipeline: shown(full, filter),
    shallow: shown(shallow, filter),
  }));
  for (const shop of [laptop, full, shallow]) shop.remove();
  return rows;
}

/** The packages in alphabetical order. A filter may begin with a variable. */
function shown(shop, filter) {
  const [, base, option] = filter.match(/^(?:TURBO_SCM_BASE=(\S+) )?(.*)$/);
  const machine = shop.copy(base === undefined ? {} : { TURBO_SCM_BASE: base });
  try {
    const tasks = machine.tasks(option);
    if (tasks.length === Object.keys(PACKAGES).length) return "all five";
    return tasks.length === 0 ? "nothing" : tasks.join(", ");
  } catch (error) {
    if (!/unknown revision|bad revision|ambiguous argument|Git error/.test(error.message)) throw error;
    return "an error";
  } finally {
    machine.remove();
  }
}
