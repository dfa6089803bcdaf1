// What will happen, in order of time: a binary heap. Equal times keep the order of their entry.

/**
 * @template What
 * @typedef {{ at: number, entered: number, what: What }} Entry
 */

/**
 * @param {Entry<unknown>} a
 * @param {Entry<unknown>} b
 */
const before = (a, b) => a.at < b.at || (a.at === b.at && a.entered < b.entered)

/** @template What */
export class Agenda {
  /** @type {Entry<What>[]} */
  #heap = []
  #entered = 0

  /**
   * @param {number} at
   * @param {What} what
   */
  add(at, what) {
    const heap = this.#heap
    const entry = { at, entered: this.#entered++, what }
    let hole = heap.push(entry) - 1
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      if (!before(entry, heap[parent])) break
      heap[hole] = heap[parent]
      hole = parent
    }
    heap[hole] = entry
  }

  /**
   * Takes the first entry out, if it is before this time.
   *
   * @param {number} until
   * @returns {{ at: number, what: What } | undefined}
   */
  next(until) {
    const heap = this.#heap
    const [first] = heap
    if (!first || first.at >= until) return undefined
    const last = heap.pop()
    if (last && heap.length > 0) this.#sink(last)
    return first
  }

  /** @param {Entry<What>} entry */
  #sink(entry) {
    const heap = this.#heap
    let hole = 0
    for (;;) {
      let child = 2 * hole + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++
      if (!before(heap[child], entry)) break
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = entry
  }
}
