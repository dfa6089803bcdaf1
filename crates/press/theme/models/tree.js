// The tree of a drawing: what a view returns. patch.js makes it part of a page, and tests/models/graven.js a file.

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
export const h = (tag, attributes, ...children) => {
  const trees = treesOf(children)
  // The label of a part says what it is: what is drawn in it is not read as well.
  if (attributes.touch) for (const tree of trees) tree.attributes['aria-hidden'] = true
  return { tag, attributes, children: trees, text: '' }
}

/**
 * The value of an attribute, or nothing if it is left out. Two decimals are finer than any screen, and keep files and changes small.
 *
 * @param {Attributes[string]} value
 */
export const valueOf = (value) => {
  if (typeof value === 'number') return String(Math.round(value * 100) / 100)
  return value === false || value === undefined ? undefined : String(value)
}
