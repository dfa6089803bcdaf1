/**
 * A binary heap: the smallest item by `compare` comes first.
 *
 * @template T
 */
export class Heap {
  /** @type {T[]} */
  #items = [];
  #compare;

  /** @param {(a: T, b: T) => number} compare */
  constructor(compare) {
    this.#compare = compare;
  }

  get size() {
    return this.#items.length;
  }

  /** @returns {T | undefined} */
  peek() {
    return this.#items[0];
  }

  /** @param {T} item */
  push(item) {
    const items = this.#items;
    let at = items.push(item) - 1;
    for (let up; at > 0 && this.#compare(item, items[(up = (at - 1) >> 1)]) < 0; at = up) {
      items[at] = items[up];
    }
    items[at] = item;
  }

  /** @returns {T | undefined} */
  pop() {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(last);
    return first;
  }

  /** @param {T} item */
  #sink(item) {
    const items = this.#items;
    let at = 0;
    for (let child; (child = 2 * at + 1) < items.length; at = child) {
      const right = child + 1;
      if (right < items.length && this.#compare(items[right], items[child]) < 0) child = right;
      if (this.#compare(item, items[child]) <= 0) break;
      items[at] = items[child];
    }
    items[at] = item;
  }
}
