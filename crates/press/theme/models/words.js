// Numbers and lamps in words.

/**
 * A whole number with its digits in groups: 12,400.
 *
 * @param {number} number
 */
export const count = (number) => {
  const digits = String(Math.round(Math.abs(number))).replace(/\B(?=(\d{3})+$)/g, ',')
  return number < 0 && digits !== '0' ? '−' + digits : digits
}

/**
 * Whether an invariant holds, by shape and by word.
 *
 * @param {boolean | undefined} holds undefined: nothing is known yet
 * @param {string} [words]
 */
export const lamp = (holds, words) => {
  const [sign, word] = holds === undefined ? ['○', 'unknown'] : holds ? ['●', 'holds'] : ['✕', 'broken']
  return `${sign} ${words ?? word}`
}
