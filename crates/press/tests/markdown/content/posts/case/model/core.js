/** Starts empty. */
export const initial = () => ({ ready: [], done: 0 })
export const step = (state) => state
/** How many messages were lost. */
export const sent = (state) => state.ready.length + state.done
