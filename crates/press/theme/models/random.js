// Random numbers that a seed decides.

/**
 * Numbers in [0, 1): a counter whose bits are mixed.
 *
 * @param {number} seed
 */
export const random = (seed) => {
  let counter = seed | 0
  return () => {
    // Murmur3's last step. Neighbouring counters, and so neighbouring seeds, have nothing in common after it.
    counter = (counter + 0x9e3779b9) | 0
    let bits = counter
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32
  }
}

/**
 * The numbers of one purpose. Each purpose has its own, so that more arrivals do not change the service times.
 *
 * @param {number} seed
 * @param {string} name
 */
export const stream = (seed, name) => {
  // FNV-1a, which begins with the seed.
  let hash = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1)
  for (const letter of name) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return random(hash)
}
