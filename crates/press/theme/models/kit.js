// The kit: what a model imports as 'graven', and what runs a model in a page.

export { h } from './tree.js'
export { svg, label, box, dot, lane, stack, dial, arrow, history } from './shapes.js'
export { lamp, count } from './words.js'
export { random, stream } from './random.js'
export { mount, stillState } from './mount.js'
