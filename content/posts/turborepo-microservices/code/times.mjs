// How long turbo takes after an edit, with a compiler that takes `milliseconds` for each package: interleaved runs, so
// that all rows see the same noise.
import { built } from "./table.mjs";
import { EDITS } from "./edits.mjs";
import { Workspace } from "./workspace.mjs";

const TIMED = [
  "nothing",
  "every file touched, every dist deleted",
  "source of the service notify",
  "source of the package money",
  "REGION, declared",
];

/** Rows of `results/times.csv`: seconds, lowest, median and highest of `runs` runs. */
export function rows(milliseconds, runs) {
  const shop = built();
  const environment = { BUILD_MS: String(milliseconds) };
  const warm = (edit) => () => {
    const copy = shop.copy(environment);
    edit.real(copy);
    return copy;
  };
  const cold = () => Workspace.fresh(environment);
  const cases = [["empty cache", cold], ...TIMED.map((name) => [name, warm(EDITS.find((edit) => edit.name === name))])];
  const seconds = cases.map(() => []);
  for (let run = 0; run < runs; run++) {
    cases.forEach(([, prepare], index) => seconds[index].push(timed(prepare())));
  }
  shop.remove();
  return cases.map(([name], index) => {
    const sorted = seconds[index].sort((one, other) => one - other);
    const [low, median, high] = [sorted[0], sorted[runs >> 1], sorted[runs - 1]].map((value) => value.toFixed(2));
    return { edit: name, low, median, high };
  });
}

function timed(shop) {
  const start = performance.now();
  shop.build();
  const seconds = (performance.now() - start) / 1000;
  shop.remove();
  return seconds;
}
