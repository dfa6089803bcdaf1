// A React-like library: hooks, a virtual DOM, reconciliation. Everything that touches a page is in `host` (dom.js), and which children move when a list
// changes its order is decided by `stays` (place.js).

/** An element of the virtual DOM. A type is a name or a function component; children may be strings, or null or false for nothing. */
export const h = (type, props, ...kids) => ({ type, props: props ?? {}, kids: kids.flat() });

/** A child as an element of this render. An element may be used twice, so each use is a copy; null and false are nothing, and keep their position. */
function asElement(kid) {
  if (kid === null || kid === undefined || typeof kid === "boolean") return { type: "#comment", props: {}, kids: [] };
  return typeof kid === "object" ? { ...kid } : { type: "#text", props: { text: String(kid) }, kids: [] };
}

// The component that is rendering: its slots, the next one, and the root that it belongs to.
let slots, cursor, root;

//#region state
export function useState(first) {
  const list = slots, index = cursor++, owner = root;
  list[index] ??= { value: first };
  const slot = list[index];
  const set = (next) => {
    const value = typeof next === "function" ? next(slot.value) : next;
    if (Object.is(value, slot.value)) return;
    slot.value = value;
    owner.schedule();
  };
  return [slot.value, set];
}
//#endregion

//#region effect
export function useEffect(run, needs) {
  const list = slots, index = cursor++, old = list[index];
  if (old?.needs && needs?.every((need, at) => Object.is(need, old.needs[at]))) return;
  const slot = (list[index] = { needs, undo: old?.undo });
  root.effects.push({ slot, run });
}

/** Runs after the page has changed: first everything is undone, then everything is done. */
function runEffects(effects) {
  for (const { slot } of effects) if (typeof slot.undo === "function") slot.undo();
  for (const { slot, run } of effects) slot.undo = run?.();
}
//#endregion

/** Has the effects of everything below an element that leaves undone, with those that run again. */
function unmount(old) {
  for (const slot of old.slots ?? []) if (slot.undo) root.effects.push({ slot });
  old.kids.forEach(unmount);
}

/** Calls a component. It finds in its slots what it left there. */
function call(old, element) {
  const outer = [slots, cursor];
  slots = element.slots = old?.slots ?? [];
  cursor = 0;
  const kid = element.type(element.props);
  if (old && cursor !== old.used) root.host.warn(`${element.type.name} used ${cursor} hooks, and ${old.used} before`);
  element.used = cursor;
  [slots, cursor] = outer;
  return kid;
}

/** Makes the page show `element` where it showed `old`, if it showed anything. */
function patch(old, element) {
  const { host } = root;
  if (typeof element.type === "function") {
    element.kids = patchAll(old?.kids ?? [], [asElement(call(old, element))]).kids;
    element.node = element.kids[0].node;
    return element;
  }
  element.node = old?.node ?? host.create(element.type);
  for (const name of new Set([...Object.keys(old?.props ?? {}), ...Object.keys(element.props)])) {
    if (name !== "key" && element.props[name] !== old?.props[name]) host.set(element.node, name, element.props[name]);
  }
  element.kids = children(element.node, old?.kids ?? [], element.kids);
  return element;
}

//#region identity
/** Who a child is: its key, or else its position. The two are never the same. */
const identity = (kid, position) =>
  kid.props.key === undefined ? position : `key ${kid.props.key}`;
//#endregion

/** Patches each new child with the old one that it continues, if its type is the same. Also returns from where each came, or -1. */
function patchAll(olds, news) {
  const left = new Map(olds.map((old, position) => [identity(old, position), position]));
  const seen = new Set();
  const from = news.map((kid, position) => {
    const id = identity(kid, position);
    if (seen.has(id)) throw new Error(`two children have the ${id}: give each its own`);
    seen.add(id);
    const found = left.get(id);
    return found !== undefined && olds[found].type === kid.type ? found : -1;
  });
  const kept = new Set(from);
  olds.filter((_, position) => !kept.has(position)).forEach(unmount);
  return { from, kids: news.map((kid, position) => patch(olds[from[position]], kid)) };
}

//#region children
/** Makes the children of `node` those of `news`: removes, patches, moves. */
function children(node, olds, news) {
  const nodes = new Set(olds.map((old) => old.node));
  const { from, kids } = patchAll(olds, news.map(asElement));
  const { host, stays } = root;
  const kept = new Set(kids.map((kid) => kid.node));
  nodes.forEach((old) => kept.has(old) || host.remove(node, old));
  const still = stays(from);
  // From the right, so that the node to insert before is already in its place.
  kids.reduceRight((next, kid, position) => {
    if (!still[position] || !nodes.has(kid.node)) host.insert(node, kid.node, next);
    return kid.node;
  }, null);
  return kids;
}
//#endregion

/** Renders that may follow each other at once. More are an effect that never rests. */
const MOST_RENDERS = 50;

/** Renders `component` into `node` now, and again after each change of a state. `flush` renders at once what is scheduled. */
export function mount(component, node, { host, stays }) {
  let tree = [];
  let scheduled = false;
  const mounted = { host, stays, effects: [], schedule };
  function schedule() {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(flush);
  }
  function render() {
    scheduled = false;
    root = mounted;
    tree = children(node, tree, [h(component)]);
    runEffects(mounted.effects.splice(0));
  }
  function flush() {
    for (let renders = 0; scheduled; renders++) {
      if (renders === MOST_RENDERS) {
        scheduled = false;
        throw new Error(`${MOST_RENDERS} renders in a row: an effect sets a state each time it runs`);
      }
      render();
    }
  }
  render();
  return { flush };
}
