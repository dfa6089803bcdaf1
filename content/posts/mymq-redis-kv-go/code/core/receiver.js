/**
 * The system outside the queue where the effect happens, with four ways to
 * meet a repeated call. In a real receiver the memory and the effect share one
 * transaction, which is why the decision is the receiver's.
 *
 * @typedef {"none" | "fence" | "key" | "both"} Guard
 */

/** @type {readonly Guard[]} */
export const GUARDS = ["none", "fence", "key", "both"];

export class Receiver {
  /** @type {Map<string, number>} */
  #newest = new Map();
  /** @type {Map<string, number>} */
  effects = new Map();

  /** @param {Guard} guard */
  constructor(guard) {
    this.guard = guard;
  }

  // #region accept
  /**
   * `id` names the message, `receipt` the lease under which it is handled.
   *
   * @param {string} id
   * @param {number} receipt
   */
  call(id, receipt) {
    const fenced = this.guard === "fence" || this.guard === "both";
    const keyed = this.guard === "key" || this.guard === "both";
    if (fenced && receipt < (this.#newest.get(id) ?? 0)) return false;
    if (keyed && this.effects.has(id)) return false;
    this.#newest.set(id, receipt);
    this.effects.set(id, (this.effects.get(id) ?? 0) + 1);
    return true;
  }
  // #endregion

  /** Effects beyond the first of each message. */
  doubled() {
    let doubled = 0;
    for (const times of this.effects.values()) doubled += times - 1;
    return doubled;
  }
}
