// What runs in the browser: the edits, counted and timed, and who inherits what was typed. The results become the text of the page, as JSON.
import { operations } from "./count.js";
import { EDITS, ROWS } from "./edits.js";
import { ELEMENTS, LIBRARIES } from "./libraries.js";

/** Random orders in which React's rule is compared with React. */
const ORDERS = 200;

function mounted(library, rows, row) {
  const node = document.createElement("div");
  document.body.append(node);
  return { node, set: LIBRARIES[library](node, rows, row) };
}

/** Operations for each edit and library. */
function counts() {
  return EDITS.map(([edit, change]) => {
    const row = { edit };
    for (const library of Object.keys(LIBRARIES)) {
      const { node, set } = mounted(library, ROWS);
      row[library] = operations(() => set(change(ROWS)));
      check(node, change(ROWS), `${library}: ${edit}`);
      node.remove();
    }
    return row;
  });
}

function check(node, rows, what) {
  const texts = [...node.querySelectorAll("li")].map((row) => row.textContent);
  if (JSON.stringify(texts) !== JSON.stringify(rows.map(([, text]) => text))) throw new Error(`${what}: the page is wrong`);
}

/** In how many of `number` random orders of 12 rows React and its rule in Frappee make the same number of operations. */
function agreeing(number) {
  const rows = ROWS.slice(0, 12);
  const below = seeded(3);
  let same = 0;
  for (let round = 0; round < number; round++) {
    const next = rows.filter(() => below(5) > 0).toSorted(() => below(3) - 1);
    if (below(2) === 0) next.splice(below(next.length + 1), 0, ["new", "new"]);
    const [one, other] = ["Frappee by React's rule", "React with keys"].map((library) => {
      const { node, set } = mounted(library, rows);
      const count = operations(() => set(next));
      check(node, next, library);
      node.remove();
      return count;
    });
    same += Number(one === other);
  }
  return same;
}

function seeded(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const field = (element) => ([, text], key) => element("li", { key }, element("label", null, text), element("input", null));

/** What is in the field of each row after a note was written into that of B, and A was put in front. */
function inherited() {
  return ["Frappee without keys", "Frappee by the longest run", "React without keys", "React with keys"].map((library) => {
    const { node, set } = mounted(library, [["B", "B"], ["C", "C"]], field(ELEMENTS[library]));
    node.querySelector("input").value = "a note on B";
    set([["A", "A"], ["B", "B"], ["C", "C"]]);
    const fields = [...node.querySelectorAll("li")].map((row) => [row.textContent, row.querySelector("input").value]);
    node.remove();
    return { library, ...Object.fromEntries(fields) };
  });
}

/** Milliseconds for an edit with layout, lowest, median and highest; the libraries take turns. */
function times(edits, rounds) {
  const libraries = Object.keys(LIBRARIES).filter((library) => library !== "React without keys");
  return edits.flatMap((name) => {
    const [, change] = EDITS.find(([edit]) => edit === name);
    const samples = Object.fromEntries(libraries.map((library) => [library, []]));
    for (let round = 0; round < rounds; round++) {
      for (const library of libraries) samples[library].push(timed(library, change));
    }
    return libraries.map((library) => {
      const sorted = samples[library].sort((one, other) => one - other);
      return { edit: name, library, low: sorted[0], median: sorted[rounds >> 1], high: sorted[rounds - 1] };
    });
  });
}

function timed(library, change) {
  const { node, set } = mounted(library, ROWS);
  node.offsetHeight;
  const start = performance.now();
  set(change(ROWS));
  node.offsetHeight;
  const milliseconds = performance.now() - start;
  node.remove();
  return milliseconds;
}

const rounds = Number(new URLSearchParams(location.search).get("rounds"));
const results = document.createElement("pre");
try {
  const timedEdits = ["Put one in front", "Move the last to the front", "Move the first to the end", "Swap rows 2 and 999"];
  results.textContent = JSON.stringify({ counts: counts(), agreeing: agreeing(ORDERS), inherited: inherited(), times: times(timedEdits, rounds) });
} catch (error) {
  results.textContent = JSON.stringify({ error: `${error.stack}` });
}
results.id = "results";
document.body.replaceChildren(results);
