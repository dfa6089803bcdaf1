/** A binary heap: the smallest item by `compare` comes first. */
export class Heap<T> {
  private items: T[] = [];
  constructor(private compare: (a: T, b: T) => number) {}

  get size() {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T) {
    const { items } = this;
    let at = items.push(item) - 1;
    for (let up; at > 0 && this.compare(item, items[(up = (at - 1) >> 1)]!) < 0; at = up) {
      items[at] = items[up]!;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const first = this.items[0];
    const last = this.items.pop();
    if (this.items.length > 0) this.sink(last!);
    return first;
  }

  private sink(item: T) {
    const { items } = this;
    let at = 0;
    for (let child; (child = 2 * at + 1) < items.length; at = child) {
      const right = child + 1;
      if (right < items.length && this.compare(items[right]!, items[child]!) < 0) child = right;
      if (this.compare(item, items[child]!) <= 0) break;
      items[at] = items[child]!;
    }
    items[at] = item;
  }
}
