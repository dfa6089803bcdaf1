// What will happen, in order of time: a binary heap. Equal times keep the order of their entry.

type Entry<T> = { at: number; entered: number; what: T };

export class Agenda<T> {
  private heap: Entry<T>[] = [];
  private entered = 0;

  add(at: number, what: T): void {
    const { heap } = this;
    const entry = { at, entered: this.entered++, what };
    let hole = heap.push(entry) - 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[hole] = heap[parent]!;
      hole = parent;
    }
    heap[hole] = entry;
  }

  next(): { at: number; what: T } | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first && last && heap.length > 0) this.sink(last);
    return first;
  }

  private sink(entry: Entry<T>): void {
    const { heap } = this;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, entry)) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = entry;
  }
}

function before<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.entered < b.entered);
}
