// Ticks of the same length from frames of any length.

/** After a longer frame (a busy page, a laptop that slept) the model goes on where it was. Milliseconds. */
const longestFrame = 250

/**
 * @param {number} tick milliseconds at speed 1
 * @param {(ticks: number, now: number) => void} run called for every frame
 */
export const clock = (tick, run) => {
  let frame = 0
  let last = 0
  let due = 0
  /** @param {number} now */
  const next = (now) => {
    frame = requestAnimationFrame(next)
    // The time of a frame is that of its start, which may be before the clock's own.
    due += (Math.min(Math.max(now - last, 0), longestFrame) * self.speed) / tick
    last = now
    const ticks = Math.floor(due)
    due -= ticks
    run(ticks, now)
  }
  const self = {
    speed: 1,
    start: () => {
      if (frame) return
      last = performance.now()
      frame = requestAnimationFrame(next)
    },
    stop: () => {
      cancelAnimationFrame(frame)
      frame = 0
    },
  }
  return self
}
