// Models: figures that run. Each is loaded when it is about to be seen, or when the address sets it: `#ledger:rate=40`. If that fails, the still stays.

const models = document.querySelectorAll('graven-model')

/**
 * Loads a model. One that runs already stays as it is.
 *
 * @param {Element} model
 */
const load = async (model) => {
  try {
    const [kit, program] = ['kit', 'src'].map((name) => import(/** @type {string} */ (model.getAttribute(name))))
    const { mount } = await kit
    mount(model, (await program).default)
  } catch (error) {
    model.querySelector('form')?.replaceWith(`This figure cannot run: ${error}`)
    throw error
  }
}

for (const model of models) {
  // A window's height before it is seen.
  new IntersectionObserver((entries) => entries.at(-1)?.isIntersecting && load(model), { rootMargin: '100%' }).observe(model)
}

/** Loads the model that the address sets, and shows its drawing. */
const loadNamed = () => {
  for (const model of models) {
    if (!location.hash.startsWith(`#${model.id}:`)) continue
    model.children[0].scrollIntoView({ block: 'nearest' })
    load(model)
  }
}

for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('[data-set]'))) {
  link.hash += ':' + link.dataset.set
  // The same address a second time sets the model again.
  link.onclick = () => {
    if (link.hash === location.hash) dispatchEvent(new Event('hashchange'))
  }
}
addEventListener('hashchange', loadNamed)
loadNamed()
