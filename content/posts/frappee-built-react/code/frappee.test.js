// The library with a renderer that counts: hooks, effects, identity, placement.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fake, shown } from "./fake.js";
import { h, mount, useEffect, useState } from "./frappee.js";
import * as place from "./place.js";

const RULES = Object.entries({ ...place });

function mounted(component, stays = place.longest) {
  const page = fake();
  return { ...page, ...mount(component, page.page, { host: page.host, stays }) };
}

/** A list that tests set: rows of [key or undefined, text]. */
function list(rows, stays, row = ([key, text]) => h("li", { key, text })) {
  let set;
  const List = () => {
    const [now, change] = useState(rows);
    set = change;
    return h("ul", null, now.map(row));
  };
  const app = mounted(List, stays);
  return { ...app, set: (next) => (set(next), app.flush()) };
}

/** Seeded numbers, so that a failure can be repeated. */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("a state survives renders, and a setter takes a value or a function of the last one", () => {
  let set, renders = 0;
  const app = mounted(() => {
    const [count, change] = useState(1);
    set = change;
    renders++;
    return h("p", { text: `${count}` });
  });
  set(2);
  set((count) => count + 1);
  set((count) => count + 1);
  app.flush();
  assert.equal(shown(app.page), "page(p(4))");
  assert.equal(renders, 2, "three changes are one render");
  set(4);
  app.flush();
  assert.equal(renders, 2, "an equal value is no change");
});

test("a setter renders by itself, after the code that called it", async () => {
  let set;
  const app = mounted(() => {
    const [text, change] = useState("before");
    set = change;
    return h("p", { text });
  });
  set("after");
  assert.equal(shown(app.page), "page(p(before))");
  await null;
  assert.equal(shown(app.page), "page(p(after))");
});

test("an effect that sets a state is undone before it runs again", () => {
  const log = [];
  const app = mounted(() => {
    const [run, set] = useState(0);
    useEffect(() => {
      log.push(`run${run}`);
      if (run < 2) set(run + 1);
      return () => log.push(`undo${run}`);
    }, [run]);
    return h("p");
  });
  app.flush();
  assert.deepEqual(log, ["run0", "undo0", "run1", "undo1", "run2"]);
});

test("all effects of a render are undone before any of them runs again", () => {
  const log = [];
  let set;
  const effect = (name, value) => useEffect(() => {
    log.push(`${name}${value}`);
    return () => log.push(`-${name}${value}`);
  });
  const app = mounted(() => {
    const [value, change] = useState(0);
    set = change;
    effect("a", value);
    effect("b", value);
    return h("p");
  });
  set(1);
  app.flush();
  assert.deepEqual(log, ["a0", "b0", "-a0", "-b0", "a1", "b1"]);
});

test("effects of what leaves the page are undone, at any depth", () => {
  const log = [];
  let set;
  const Leaf = () => {
    useEffect(() => () => log.push("undone"), []);
    return h("i");
  };
  const app = mounted(() => {
    const [type, change] = useState("ul");
    set = change;
    return h(type, null, h("li", null, h(Leaf)));
  });
  set("ol");
  app.flush();
  assert.deepEqual(log, ["undone"]);
  assert.equal(shown(app.page), "page(ol(li(i)))");
});

test("the effects of what leaves are undone after the page has changed", () => {
  let set, seen;
  const Leaf = () => {
    useEffect(() => () => (seen = shown(app.page)), []);
    return h("i");
  };
  const app = mounted(() => {
    const [is, change] = useState(true);
    set = change;
    return h("p", null, is && h(Leaf));
  });
  set(false);
  app.flush();
  assert.equal(seen, "page(p(#comment))");
});

test("an effect may return anything: only a function undoes it", () => {
  let set;
  const app = mounted(() => {
    const [value, change] = useState(0);
    set = change;
    useEffect(() => [1].push(value));
    return h("p", { text: `${value}` });
  });
  set(1);
  app.flush();
  assert.equal(shown(app.page), "page(p(1))");
});

test("an effect that always sets a state is an error", () => {
  const app = mounted(() => {
    const [value, set] = useState(0);
    useEffect(() => set(value + 1));
    return h("p");
  });
  assert.throws(() => app.flush(), /50 renders in a row/);
});

test("nothing keeps its position: null and false are no reason for a neighbour to begin anew", () => {
  const Row = ({ name }) => h("i", { text: useState(name)[0] });
  let set;
  const app = mounted(() => {
    const [first, change] = useState(null);
    set = change;
    return h("p", null, first, h(Row, { name: "a" }), false);
  });
  set(h("b"));
  app.flush();
  assert.equal(shown(app.page), "page(p(b i(a) #comment))");
});

test("an element can be used twice", () => {
  const rule = h("hr");
  const app = mounted(() => h("div", null, rule, h("p"), rule));
  assert.equal(shown(app.page), "page(div(hr p hr))");
});

test("a hook behind a condition reads the slot of its neighbour, and the library says so", () => {
  let signIn;
  const app = mounted(function Page() {
    const [user, setUser] = useState(null);
    signIn = setUser;
    if (user) useState("welcome");
    const [city] = useState("Pune");
    const [unit] = useState("km");
    return h("p", { text: `${user}: ${city}, ${unit}` });
  });
  assert.equal(shown(app.page), "page(p(null: Pune, km))");
  signIn("Asha");
  app.flush();
  assert.equal(shown(app.page), "page(p(Asha: km, km))");
  assert.deepEqual(app.warnings, ["Page used 4 hooks, and 3 before"]);
});

test("a property that is gone is removed, and one that is the same is left alone", () => {
  let set;
  const app = mounted(() => {
    const [props, change] = useState({ id: "a", title: "b" });
    set = change;
    return h("p", props);
  });
  app.count.set = 0;
  set({ id: "a" });
  app.flush();
  assert.deepEqual([app.page.kids[0].props, app.count.set], [{ id: "a" }, 1]);
});

test("two children with one key are an error", () => {
  assert.throws(() => list([["y", "a"], ["y", "b"]]), /two children have the key y/);
});

test("a key is not a position: the row with the key 0 is not the first row", () => {
  const Row = ({ text }) => h("li", { text: useState(text)[0] });
  const app = list([[undefined, "first"]], place.longest, ([key, text]) => h(Row, { key, text }));
  app.set([["0", "other"]]);
  assert.equal(shown(app.page), "page(ul(li(other)))");
});

test("the state of a row follows its key, or its place if it has none", () => {
  const Row = ({ name }) => h("li", { text: `${name}: note on ${useState(name)[0]}` });
  const names = (keyed) => (name) => h(Row, { name, key: keyed ? name : undefined });
  const keyed = list(["B", "C"], undefined, names(true));
  const unkeyed = list(["B", "C"], undefined, names(false));
  for (const app of [keyed, unkeyed]) app.set(["A", "B", "C"]);
  assert.equal(shown(keyed.page), "page(ul(li(A: note on A) li(B: note on B) li(C: note on C)))");
  assert.equal(shown(unkeyed.page), "page(ul(li(A: note on B) li(B: note on C) li(C: note on C)))");
});

test("identity is the key and the type: another type begins anew", () => {
  let set;
  const log = [];
  const kind = (name) => () => {
    useEffect(() => () => log.push(name), []);
    return h(name);
  };
  const kinds = { a: kind("a"), b: kind("b") };
  const app = mounted(() => {
    const [type, change] = useState("a");
    set = change;
    return h("p", null, h(kinds[type], { key: "same" }));
  });
  set("b");
  app.flush();
  assert.deepEqual([shown(app.page), log], ["page(p(b))", ["a"]]);
});

for (const [name, rule] of RULES) {
  test(`after 400 random edits the page is that of a fresh render (${name})`, () => {
    const below = random(7);
    const app = list([], rule);
    let rows = [];
    for (let step = 0; step < 400; step++) {
      const copy = [...rows];
      for (let times = below(4); times >= 0; times--) {
        const action = below(4);
        if (action === 0 || copy.length === 0) copy.splice(below(copy.length + 1), 0, [`k${step}-${times}`, `text ${step}`]);
        else if (action === 1) copy.splice(below(copy.length), 1);
        else if (action === 2) copy.splice(below(copy.length), 0, ...copy.splice(below(copy.length), 1));
        else copy.reverse();
      }
      rows = copy;
      app.set(rows);
      assert.equal(shown(app.page), shown(list(rows, rule).page));
    }
  });
}

test("no rule moves fewer than the longest rising run, which is shortest among all subsets", () => {
  const below = random(11);
  for (let round = 0; round < 300; round++) {
    const from = shuffled(7, below);
    const kept = (stays) => stays.filter(Boolean).length;
    const best = kept(place.longest(from));
    assert.equal(best, exhaustive(from), String(from));
    for (const [name, rule] of RULES) assert.ok(kept(rule(from)) <= best, `${name}: ${from}`);
  }
});

function shuffled(length, below) {
  const all = Array.from({ length }, (_, index) => index);
  for (let at = length - 1; at > 0; at--) {
    const other = below(at + 1);
    [all[at], all[other]] = [all[other], all[at]];
  }
  return all.map((position) => (below(5) === 0 ? -1 : position));
}

/** The length of the longest rising subsequence, by trying every subset. */
function exhaustive(from) {
  let best = 0;
  for (let subset = 0; subset < 1 << from.length; subset++) {
    const chosen = from.filter((position, at) => subset & (1 << at));
    const rises = chosen.every((position, at) => position >= 0 && (at === 0 || position > chosen[at - 1]));
    if (rises) best = Math.max(best, chosen.length);
  }
  return best;
}
