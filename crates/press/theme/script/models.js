// Models: figures that run. Each is loaded when it is about to be seen, or when the address sets it: `#ledger:rate=40`. If that fails, the still stays.

/** @type {NodeListOf<HTMLElement>} */
const models = document.querySelectorAll('graven-model')

/** @param {Element} model */
const load = async (model) => {
  near.unobserve(model)
  try {
    const [kit, module] = await Promise.all(['kit', 'src'].map((name) => import(model.getAttribute(name) ?? '')))
    kit.mount(model, module.default)
  } catch (error) {
    model.querySelector('form')?.replaceWith(`This figure cannot run: ${error}`)
  }
}

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) load(target)
  },
  { rootMargin: '100%' },
)
for (const model of models) near.observe(model)

/** Loads the model that the address sets, and shows its drawing. */
const loadNamed = () => {
  for (const model of models) {
    if (!location.hash.startsWith(`#${model.id}:`)) continue
    model.firstElementChild?.scrollIntoView({ block: 'nearest' })
    load(model)
  }
}

for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('a[data-set]'))) {
  link.hash += ':' + link.dataset.set
  // The same address a second time sets the model again.
  link.onclick = () => {
    if (link.hash === location.hash) dispatchEvent(new Event('hashchange'))
  }
}
addEventListener('hashchange', loadNamed)
loadNamed()
