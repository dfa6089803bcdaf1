// What the other parts use: elements, and what a screen reader is told.

/**
 * Makes an element with these properties and this content.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {object} properties
 * @param {(Node | string)[]} content
 */
const make = (name, properties, ...content) => {
  const element = Object.assign(document.createElement(name), properties)
  element.append(...content)
  return element
}

const announcement = make('p', { className: 'spoken' })
announcement.setAttribute('role', 'status')
document.body.append(announcement)

/**
 * Has a screen reader say a text, without moving the focus.
 *
 * @param {string} text
 */
const announce = (text) => {
  announcement.textContent = text
}
