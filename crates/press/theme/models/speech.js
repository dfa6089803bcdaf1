// What a screen reader says while a model runs.

/** A sentence has this long before the next one. Milliseconds. */
const betweenSentences = 2000

/**
 * @param {Element} region a live region
 * @param {() => boolean} isHeard whether the reader is busy with the model: nobody wants to hear of a figure while reading the text
 * @returns {(sentence: string) => void} gives the newest sentence, any number of times
 */
export const speaker = (region, isHeard) => {
  let newest = ''
  let spoken = ''
  let isBusy = false
  const speak = () => {
    isBusy = newest !== spoken
    if (!isBusy) return
    spoken = newest
    if (isHeard()) region.textContent = spoken
    setTimeout(speak, betweenSentences)
  }
  return (sentence) => {
    newest = sentence
    if (!isBusy) speak()
  }
}
