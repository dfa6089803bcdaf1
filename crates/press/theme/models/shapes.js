// The shapes that all drawings are made of. Each differs from the others without colour.

import { h, namespace } from './tree.js'
import { count } from './words.js'

/** @typedef {import('./tree.js').Tree} Tree */
/** @typedef {import('./tree.js').Child} Child */
/** @typedef {import('./tree.js').Part} Part */
/** @typedef {'ink' | 'soft' | 'faint' | 'hue'} Tone */
/** @typedef {{ letter?: string, tone?: Tone, hollow?: boolean, key?: string | number }} Item what a dot shows */

/** What is filled has no outline. */
const solid = { fill: 'currentColor', stroke: 'none' }

/**
 * The class of a tone. Ink is the colour of the page.
 *
 * @param {Tone | undefined} tone
 */
const toned = (tone) => tone !== 'ink' && tone

/**
 * A length within a text, where `h` does not round it. A tenth of a unit is finer than a screen.
 *
 * @param {number} length
 */
const round = (length) => Math.round(length * 10) / 10

/**
 * The root of a drawing.
 *
 * @param {number} width
 * @param {number} height
 * @param {Child[]} children
 */
export const svg = (width, height, ...children) =>
  h(
    'svg',
    {
      xmlns: namespace,
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      'font-family': 'ui-monospace, monospace',
      'font-size': 14,
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': 1.25,
    },
    ...children,
  )

/**
 * A text. `y` is its base line.
 *
 * @param {number} x
 * @param {number} y
 * @param {string | number} text
 * @param {{ anchor?: 'start' | 'middle' | 'end', tone?: Tone, size?: number, key?: string | number }} [options]
 */
export const label = (x, y, text, { anchor, tone, size, key } = {}) =>
  h('text', { x, y, class: toned(tone), 'text-anchor': anchor !== 'start' && anchor, 'font-size': size, key, ...solid }, text)

/**
 * A process, its state in words under its title. A slow one is dashed, a stopped one is crossed out.
 *
 * @param {Part & { x: number, y: number, width: number, height: number, title: string, state?: string, tone?: Tone, dashed?: boolean,
 *   stopped?: boolean }} options
 */
export const box = ({ x, y, width, height, title, state, tone, dashed, stopped, ...part }) => {
  const middle = x + width / 2
  const base = y + height / 2 + 5
  return h(
    'g',
    { class: toned(tone), ...part },
    // The fill is what can be pressed, and what hides a line behind the box.
    h('rect', { class: 'paper', x, y, width, height, 'stroke-dasharray': dashed && '4 3' }),
    stopped && h('path', { class: 'faint', d: `M${x} ${y}l${width} ${height}M${x} ${y + height}l${width} ${-height}` }),
    label(middle, state ? base - 8 : base, title, { anchor: 'middle' }),
    state && label(middle, base + 9, state, { anchor: 'middle', size: 13, tone: 'soft' }),
  )
}

/**
 * A request, an event or a message, with the letter of its key or kind. `x` and `y` are its middle.
 *
 * @param {Part & Item & { x: number, y: number }} options
 */
export const dot = ({ x, y, letter, tone, hollow, ...part }) =>
  h(
    'g',
    // Its place is that of the group, so that a moving dot is one change.
    { class: toned(tone), transform: `translate(${round(x)} ${round(y)})`, ...part },
    // A finger needs more than a dot.
    (part.touch || part.drag) && h('circle', { r: 13, stroke: 'none', 'pointer-events': 'all' }),
    h('circle', { r: 7, ...(hollow ? { class: 'paper' } : { fill: 'currentColor' }) }),
    letter &&
      h('text', { y: 4.5, 'text-anchor': 'middle', 'font-size': 13, ...solid, ...(!hollow && { class: 'paper' }) }, letter),
  )

/**
 * A queue or a partition, which fills from the left. Its title is above, its length at its end, within its width.
 *
 * @param {Part & { x: number, y: number, width: number, height?: number, title?: string, count?: number,
 *   items?: Item[], tone?: Tone }} options
 */
export const lane = ({ x, y, width, height = 22, title, count: length, items = [], tone, ...part }) => {
  const end = count(length ?? items.length)
  const inner = width - Math.max(26, 9 * end.length + 8)
  const pitch = 17
  const middle = y + height / 2
  return h(
    'g',
    { class: toned(tone), ...part },
    title && label(x, y - 6, title),
    h('rect', { class: 'paper', x, y, width: inner, height }),
    items.slice(0, Math.floor(inner / pitch)).map((item, place) => dot({ ...item, x: x + 10 + pitch * place, y: middle })),
    label(x + width, middle + 5, end, { anchor: 'end' }),
  )
}

/**
 * A store. Its entries are given newest first, and the newest is on top. What a repair has appended has a mark.
 *
 * @param {Part & { x: number, y: number, width: number, entries: { text: string, mark?: boolean, tone?: Tone, key?: string | number }[] }} options
 */
export const stack = ({ x, y, width, entries, ...part }) =>
  h(
    'g',
    part,
    entries.map(({ text, mark, tone, key }, place) =>
      h(
        'g',
        { key, class: mark ? 'hue' : toned(tone), transform: `translate(${x} ${y + place * 22})` },
        h('path', { d: `M0 0h${width}v22h${-width}z`, class: 'paper' }),
        mark && h('path', { d: 'M0 0h4v22h-4z', ...solid }),
        label(9, 16, text),
        mark && label(width - 7, 16, '+', { anchor: 'end' }),
      ),
    ),
  )

/**
 * A timer: a ring that closes. `x` and `y` are its middle.
 *
 * @param {Part & { x: number, y: number, radius: number, fraction: number, tone?: Tone }} options
 */
export const dial = ({ x, y, radius, fraction, tone, ...part }) =>
  h(
    'g',
    { class: toned(tone), ...part },
    h('circle', { class: 'paper', cx: x, cy: y, r: radius, 'stroke-opacity': 0.35 }),
    h('circle', {
      cx: x,
      cy: y,
      r: radius,
      transform: `rotate(-90 ${x} ${y})`,
      pathLength: 100,
      'stroke-width': 3,
      'stroke-dasharray': `${Math.round(100 * Math.min(Math.max(fraction, 0), 1))} 100`,
    }),
  )

/**
 * @param {{ x1: number, y1: number, x2: number, y2: number, dashed?: boolean, tone?: Tone, key?: string | number }} options
 */
export const arrow = ({ x1, y1, x2, y2, dashed, tone, key }) => {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1
  const [along, across] = [(x2 - x1) / length, (y2 - y1) / length]
  const at = (/** @type {number} */ back, /** @type {number} */ aside) =>
    `${round(x2 - along * back - across * aside)} ${round(y2 - across * back + along * aside)}`
  return h(
    'g',
    { class: toned(tone), key },
    h('path', { d: `M${x1} ${y1}L${at(7, 0)}`, 'stroke-dasharray': dashed && '4 3' }),
    h('path', { d: `M${at(8, 4.5)}L${x2} ${y2}L${at(8, -4.5)}z`, ...solid }),
  )
}

/**
 * The last minutes of a number: oldest left, the newest in words at the end, within the width. `mark` is the place in `values` of what is to be seen.
 *
 * @param {{ x: number, y: number, width: number, height: number, values: number[], max?: number, title?: string, mark?: number, tone?: Tone,
 *   key?: string | number }} options
 */
export const history = ({ x, y, width, height, values, max, title, mark, tone, key }) => {
  const inner = width - 52
  const most = max ?? Math.max(1, ...values)
  const step = inner / Math.max(values.length - 1, 1)
  const bottom = y + height
  const across = (/** @type {number} */ place) => round(x + place * step)
  const points = values.map((value, place) => `${across(place)} ${round(bottom - (Math.min(value, most) / most) * height)}`)
  return h(
    'g',
    { class: toned(tone), key },
    title && label(x, y - 6, title),
    h('path', { class: 'faint', d: `M${x} ${bottom}h${inner}` }),
    points.length > 1 &&
      h('path', { d: `M${x} ${bottom}L${points.join(' ')}V${bottom}z`, ...solid, 'fill-opacity': 0.15 }),
    points.length > 1 && h('path', { d: `M${points.join(' ')}` }),
    mark !== undefined && h('path', { d: `M${across(mark)} ${y}V${bottom}`, 'stroke-dasharray': '2 2' }),
    label(x + width, bottom - 2, count(values.at(-1) ?? 0), { anchor: 'end' }),
  )
}
