// Counts what a library does to a page: every operation on the page goes through one of these methods and setters, whoever calls it.

const METHODS = [[Node.prototype, "insertBefore"], [Node.prototype, "appendChild"], [Node.prototype, "removeChild"], [Document.prototype, "createElement"],
  [Document.prototype, "createTextNode"], [Element.prototype, "setAttribute"], [Element.prototype, "removeAttribute"]];
const SETTERS = [[Node.prototype, "textContent"], [Node.prototype, "nodeValue"]];

let count = 0;

for (const [prototype, name] of METHODS) {
  const method = prototype[name];
  prototype[name] = function (...values) {
    count++;
    return method.apply(this, values);
  };
}
for (const [prototype, name] of SETTERS) {
  const { get, set } = Object.getOwnPropertyDescriptor(prototype, name);
  Object.defineProperty(prototype, name, {
    get,
    set(value) {
      count++;
      set.call(this, value);
    },
  });
}

/** The number of operations that `action` makes. */
export function operations(action) {
  const before = count;
  action();
  return count - before;
}
