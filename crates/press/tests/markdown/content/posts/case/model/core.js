/** Starts empty. */
export const initial = () => ({ length: 0 })
export const step = (state) => state
