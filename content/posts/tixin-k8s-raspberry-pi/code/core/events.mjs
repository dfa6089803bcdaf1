// The clock of a discrete-event simulation: a binary heap of [time, order, action].
// Equal times run in the order in which they were scheduled, so a run is reproducible.

/** @typedef {[number, number, () => void]} Event time, order, action */

/** @param {Event} a @param {Event} b */
const earlier = (a, b) => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

export function clock() {
  /** @type {Event[]} */
  const heap = [];
  let order = 0;
  let now = 0;

  /** @param {number} time @param {() => void} action */
  function at(time, action) {
    let child = heap.push([time, order++, action]) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!earlier(heap[child], heap[parent])) break;
      [heap[child], heap[parent]] = [heap[parent], heap[child]];
      child = parent;
    }
  }

  function next() {
    const first = heap[0];
    const last = /** @type {Event} */ (heap.pop());
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let parent = 0; ;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) return first;
      if (child + 1 < heap.length && earlier(heap[child + 1], heap[child])) child++;
      if (!earlier(heap[child], heap[parent])) return first;
      [heap[child], heap[parent]] = [heap[parent], heap[child]];
      parent = child;
    }
  }

  return {
    now: () => now,
    at,
    /** @param {number} delay @param {() => void} action */
    after: (delay, action) => at(now + delay, action),
    /** @param {number} end */
    run(end) {
      while (heap.length > 0 && heap[0][0] <= end) {
        const [time, , action] = next();
        now = time;
        action();
      }
    },
  };
}
