// Touching and dragging the parts of a drawing, by pointer and by keyboard.

/** A pointer that moves less than this many pixels has pressed a part, not dragged it. */
const smallestDrag = 5

/** @typedef {{ type: 'touch', name: string } | { type: 'drop', name: string, on: string }} PartEvent */

/**
 * The part with this attribute that an event is about.
 *
 * @param {Event} event
 * @param {string} attribute
 */
const partAt = (event, attribute) =>
  /** @type {SVGElement | null} */ (/** @type {Element} */ (event.target).closest(`[${attribute}]`))

/**
 * @param {SVGSVGElement} drawing
 * @param {(event: PartEvent) => void} send
 */
export const listenToParts = (drawing, send) => {
  /** @type {{ part: SVGElement, x: number, y: number, isMoving: boolean } | undefined} */
  let drag
  let hasDragged = false

  /** @param {Event} event */
  const touch = (event) => {
    const name = partAt(event, 'data-touch')?.dataset.touch
    if (name) send({ type: 'touch', name })
    return name
  }
  drawing.addEventListener('click', (event) => {
    if (!hasDragged) touch(event)
  })
  drawing.addEventListener('keydown', (event) => {
    if ((event.key === 'Enter' || event.key === ' ') && touch(event)) event.preventDefault()
  })

  const letGo = () => {
    if (!drag) return
    delete drag.part.dataset.dragged
    drag.part.style.translate = ''
    drag = undefined
  }
  drawing.addEventListener('pointerdown', (event) => {
    hasDragged = false
    const part = partAt(event, 'data-drag')
    if (!part || !event.isPrimary || event.button) return
    drag = { part, x: event.clientX, y: event.clientY, isMoving: false }
  })
  drawing.addEventListener('pointermove', (event) => {
    if (!drag || !event.isPrimary) return
    // The button was let go where the drawing does not see it.
    if (!event.buttons) return letGo()
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y]
    if (!drag.isMoving && Math.hypot(x, y) < smallestDrag) return
    // Captured only now: the click of a captured pointer would not be that of a part.
    if (!drag.isMoving) drawing.setPointerCapture(event.pointerId)
    drag.isMoving = hasDragged = true
    drag.part.dataset.dragged = ''
    const scale = drawing.viewBox.baseVal.width / drawing.clientWidth
    drag.part.style.translate = `${x * scale}px ${y * scale}px`
  })
  for (const end of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    drawing.addEventListener(end, (event) => {
      if (!drag || !event.isPrimary) return
      const { part, isMoving } = drag
      // What it is called now: the model may have gone on.
      const name = part.dataset.drag
      letGo()
      if (!isMoving || !name || !part.isConnected || end === 'pointercancel') return
      const under = document.elementsFromPoint(event.clientX, event.clientY).filter((element) => !part.contains(element))
      const on = under.map((element) => element.closest('[data-drop]')).find((element) => drawing.contains(element))
      if (on) send({ type: 'drop', name, on: on.getAttribute('data-drop') ?? '' })
    })
  }
}
