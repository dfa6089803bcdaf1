// Settings: the form has them, the core gets them as values, a link carries those that differ from the defaults.

/**
 * What each control is set to, as a link has it: `20`, `on`, `two`.
 *
 * @typedef {{ [name: string]: string }} Texts
 *
 * @typedef {{ [name: string]: number | boolean | string }} Settings
 */

/**
 * @param {Texts} texts
 * @param {Texts} defaults
 * @param {number} [seed] if it is not that of the defaults
 */
export const toQuery = (texts, defaults, seed) => {
  const different = Object.entries(texts).filter(([name, text]) => text !== defaults[name])
  const query = new URLSearchParams(different)
  if (seed !== undefined) query.set('seed', String(seed))
  return String(query)
}

/**
 * What a link or a preset sets. What it does not name has its default, and what has no such control is left out.
 *
 * @param {string} query
 * @param {Texts} defaults
 */
export const fromQuery = (query, defaults) => {
  const given = new URLSearchParams(query)
  const texts = Object.fromEntries(Object.entries(defaults).map(([name, text]) => [name, given.get(name) ?? text]))
  const seed = given.get('seed')
  return {
    texts,
    seed: seed && Number.isSafeInteger(Number(seed)) ? Number(seed) : undefined,
    events: given.get('do')?.split(',') ?? [],
  }
}

/**
 * The controls with a setting.
 *
 * @param {HTMLFormElement} form
 */
const inputsOf = (form) => /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll('input[name]'))

/** @param {HTMLFormElement} form */
export const textsOf = (form) => {
  /** @type {Texts} */
  const texts = {}
  for (const { type, name, value, checked } of inputsOf(form)) {
    if (type === 'checkbox') texts[name] = checked ? 'on' : 'off'
    else if (type === 'range' || checked) texts[name] = value
  }
  return texts
}

/** @param {HTMLFormElement} form */
export const defaultsOf = (form) => {
  const untouched = /** @type {HTMLFormElement} */ (form.cloneNode(true))
  // A control may have the name `reset`, and hide the form's own.
  HTMLFormElement.prototype.reset.call(untouched)
  return textsOf(untouched)
}

/**
 * The setting of a control.
 *
 * @param {HTMLInputElement} input
 */
export const settingOf = (input) => {
  if (input.type === 'checkbox') return input.checked
  return input.type === 'range' ? input.valueAsNumber : input.value
}

/** @param {HTMLFormElement} form */
export const settingsOf = (form) => {
  /** @type {Settings} */
  const settings = {}
  for (const input of inputsOf(form)) {
    if (input.type !== 'radio' || input.checked) settings[input.name] = settingOf(input)
  }
  return settings
}

/**
 * Shows the value of a slider.
 *
 * @param {HTMLInputElement} input
 */
export const showValue = (input) => {
  const output = input.closest('.slider')?.querySelector('output')
  if (output) input.ariaValueText = output.value = input.value + (input.dataset.unit ?? '')
}

/**
 * Sets the controls. What is no value of one leaves it as it is. The browser keeps a slider within its ends and on its steps.
 *
 * @param {HTMLFormElement} form
 * @param {Texts} texts
 */
export const fill = (form, texts) => {
  for (const input of inputsOf(form)) {
    const text = texts[input.name]
    if (input.type === 'range') {
      if (isFinite(Number(text))) input.value = text
    } else if (input.type === 'checkbox') input.checked = text === 'on'
    else if (input.value === text) input.checked = true
    showValue(input)
  }
}
