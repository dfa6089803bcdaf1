import { svg } from 'graven'
import { initial, step } from './core.js'

// Draws a queue.
export default { tick: 50, initial, step, view: (state) => ({ drawing: svg(340, 80), outputs: {} }) }
