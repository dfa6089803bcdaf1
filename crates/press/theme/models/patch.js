// From a tree to the elements of a page, with as few changes as the next tree needs.

import { namespace, valueOf } from './tree.js'

/** @typedef {import('./tree.js').Tree} Tree */
/** @typedef {import('./tree.js').Attributes} Attributes */

/** @type {{ [name: string]: string }} attributes that have another name in a page */
const pageNames = { touch: 'data-touch', drag: 'data-drag', drop: 'data-drop', label: 'aria-label' }

/**
 * @param {Element} element
 * @param {string} name
 * @param {Attributes[string]} value
 */
const change = (element, name, value) => {
  if (name === 'key' || name === 'xmlns') return
  if (name === 'touch') {
    change(element, 'role', value && 'button')
    change(element, 'tabindex', value && 0)
  }
  const text = valueOf(value)
  const attribute = pageNames[name] ?? name
  if (text === undefined) element.removeAttribute(attribute)
  else element.setAttribute(attribute, text)
}

/**
 * @param {Element} element
 * @param {Attributes} old
 * @param {Attributes} next
 */
const patchAttributes = (element, old, next) => {
  for (const name in next) if (old[name] !== next[name]) change(element, name, next[name])
  for (const name in old) if (!(name in next)) change(element, name, undefined)
}

/**
 * What a child is called among its siblings: its key, or its place among those of its kind that have none.
 *
 * @param {Tree[]} children
 */
const namesOf = (children) => {
  /** @type {{ [tag: string]: number }} */
  const places = {}
  return children.map(({ tag, attributes: { key } }) => {
    if (key !== undefined) return `${tag} ${key}`
    places[tag] = (places[tag] ?? 0) + 1
    return `${tag}#${places[tag]}`
  })
}

/**
 * @param {Element} parent whose children are those of `old`
 * @param {Tree[]} old
 * @param {Tree[]} next
 */
const patchChildren = (parent, old, next) => {
  const nodes = [...parent.childNodes]
  // Most drawings differ from the one before in attributes only, sixty times a second.
  if (old.length === next.length && old.every(({ tag, attributes: { key } }, place) => tag === next[place].tag && key === next[place].attributes.key)) {
    next.forEach((tree, place) => patch(nodes[place], old[place], tree))
    return
  }
  const left = new Map(namesOf(old).map((name, place) => [name, place]))
  const names = namesOf(next)
  const wanted = next.map((tree, place) => {
    const at = left.get(names[place])
    if (at === undefined) return create(tree)
    left.delete(names[place])
    patch(nodes[at], old[at], tree)
    return nodes[at]
  })
  // Those that go, go first: a queue that loses its head then moves nobody.
  for (const at of left.values()) nodes[at].remove()
  for (const [place, node] of wanted.entries()) {
    const there = parent.childNodes[place] ?? null
    if (there !== node) parent.insertBefore(node, there)
  }
}

/**
 * Makes the node that shows `old` show `next`, which is of the same kind.
 *
 * @param {Node} node
 * @param {Tree} old
 * @param {Tree} next
 */
export const patch = (node, old, next) => {
  if (old === next) return
  if (!next.tag) {
    if (old.text !== next.text) node.textContent = next.text
    return
  }
  const element = /** @type {Element} */ (node)
  patchAttributes(element, old.attributes, next.attributes)
  patchChildren(element, old.children, next.children)
}

/**
 * @param {Tree} tree
 * @returns {Element | Text}
 */
export const create = (tree) => {
  if (!tree.tag) return document.createTextNode(tree.text)
  const element = document.createElementNS(namespace, tree.tag)
  patchAttributes(element, {}, tree.attributes)
  element.append(...tree.children.map(create))
  return element
}
