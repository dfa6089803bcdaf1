// A renderer without a page, for tests: nodes are plain objects, and every operation is counted.

/** A renderer, its counter, and the warnings it was given. */
export function fake() {
  const warnings = [];
  const count = { create: 0, set: 0, insert: 0, remove: 0 };
  const host = {
    create(type) {
      count.create++;
      return { type, props: {}, kids: [] };
    },
    set(node, name, value) {
      count.set++;
      if (value === undefined) delete node.props[name];
      else node.props[name] = value;
    },
    insert(parent, node, next) {
      count.insert++;
      const old = parent.kids.indexOf(node);
      if (old >= 0) parent.kids.splice(old, 1);
      const at = next === null ? parent.kids.length : parent.kids.indexOf(next);
      if (at < 0) throw new Error("the next node is not a child");
      parent.kids.splice(at, 0, node);
    },
    remove(parent, node) {
      count.remove++;
      const at = parent.kids.indexOf(node);
      if (at < 0) throw new Error("the node is not a child");
      parent.kids.splice(at, 1);
    },
    warn: (text) => warnings.push(text),
  };
  return { host, count, warnings, page: { type: "page", props: {}, kids: [] } };
}

/** What a page shows, as text: `ul(li(a) li(b))`. */
export function shown(node) {
  const inside = [node.props.text, ...node.kids.map(shown)].filter((part) => part !== undefined);
  return inside.length === 0 ? node.type : `${node.type}(${inside.join(" ")})`;
}
