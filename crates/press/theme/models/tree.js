// The tree of a drawing: what a view returns. It becomes a file (toText) or part of a page (patch.js).

/**
 * An element, or a text: then `tag` is empty.
 *
 * @typedef {{ tag: string, attributes: Attributes, children: Tree[], text: string }} Tree
 *
 * `key` keeps an element's identity among its siblings. `touch`, `drag` and `drop` name it for the core, `label` for a reader who does not see it.
 *
 * @typedef {{ [name: string]: string | number | boolean | undefined }} Attributes
 *
 * @typedef {Tree | string | number | boolean | undefined | null | Child[]} Child
 */

/**
 * A part of a drawing that can be pressed, dragged, or dropped onto.
 *
 * @typedef {{ key?: string | number, touch?: string | false, drag?: string | false, drop?: string | false, label?: string }} Part
 */

/** The namespace of SVG, which a file names and a page's elements are made in. */
export const namespace = 'http://www.w3.org/2000/svg'

/** Attributes that only a page needs. */
const onPage = ['key', 'touch', 'drag', 'drop', 'label']

/**
 * @param {Child} child
 * @returns {Tree[]}
 */
const treesOf = (child) => {
  if (Array.isArray(child)) return child.flatMap(treesOf)
  if (child === undefined || child === null || child === '' || typeof child === 'boolean') return []
  return [typeof child === 'object' ? child : { tag: '', attributes: {}, children: [], text: String(child) }]
}

/**
 * An element.
 *
 * @param {string} tag
 * @param {Attributes} attributes
 * @param {Child[]} children
 * @returns {Tree}
 */
export const h = (tag, attributes, ...children) => ({ tag, attributes, children: treesOf(children), text: '' })

/**
 * The value of an attribute, or nothing if it is left out. Two decimals are finer than any screen, and keep files and changes small.
 *
 * @param {Attributes[string]} value
 */
export const valueOf = (value) => {
  if (typeof value === 'number') return String(Math.round(value * 100) / 100)
  return value === false || value === undefined ? undefined : String(value)
}

/** @param {string} text */
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/**
 * The drawing as an SVG file, an element a line.
 *
 * @param {Tree} tree
 * @returns {string}
 */
export const toText = ({ tag, attributes, children, text }) => {
  if (!tag) return escaped(text)
  let start = `<${tag}`
  for (const [name, given] of Object.entries(attributes)) {
    const value = onPage.includes(name) ? undefined : valueOf(given)
    if (value !== undefined) start += ` ${name}="${escaped(value)}"`
  }
  if (!children.length) return `${start}/>\n`
  // White space in a text would be shown.
  const isText = children.some((child) => !child.tag)
  return `${start}>${isText ? '' : '\n'}${children.map(toText).join('')}</${tag}>\n`
}
