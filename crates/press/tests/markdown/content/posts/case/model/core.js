/** Starts empty. */
export const initial = () => ({ ready: 0, done: 0 })
export const step = (state) => state
/** How many messages were sent. */
export const sent = (state) => state.ready + state.done
