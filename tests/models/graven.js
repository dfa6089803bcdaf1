// The kit in node: 'graven' as a page has it, and what writes a drawing as a file, which no page needs.

import { valueOf } from '../../crates/press/theme/models/tree.js'

export * from '../../crates/press/theme/models/kit.js'

/** @typedef {import('../../crates/press/theme/models/tree.js').Tree} Tree */

/** Attributes that only a page needs. */
const onPage = ['key', 'touch', 'drag', 'drop', 'label']

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
