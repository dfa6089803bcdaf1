// Whether anybody looks: a model that nobody sees does not run.

/** A reader who has done nothing for so long has left. Milliseconds. */
const longestRest = 600_000

/**
 * @param {Element} element
 * @param {() => void} onChange called when the answer may be another
 * @returns {() => boolean} whether the element is in view, in a visible tab, of a reader who has not left
 */
export const watchPresence = (element, onChange) => {
  let isInView = false
  let activeAt = performance.now()
  const isResting = () => performance.now() - activeAt > longestRest

  new IntersectionObserver((entries) => {
    isInView = entries.at(-1)?.isIntersecting ?? false
    onChange()
  }).observe(element)
  document.addEventListener('visibilitychange', onChange)
  const act = () => {
    const hasRested = isResting()
    activeAt = performance.now()
    if (hasRested) onChange()
  }
  for (const name of ['pointerdown', 'pointermove', 'keydown', 'scroll']) addEventListener(name, act, { passive: true })

  return () => isInView && !document.hidden && !isResting()
}
