// The preview's part of a page: when there is a newer site, it brings the page up to date, and it shows what is wrong with the files.
//
// Where only text and pictures differ, what differs is replaced, which takes a third of the time of loading the page again, and nothing moves. Everything
// else is loaded again: scripts have taken hold of it, or the page's policy allows only the blocks that it came with. A reload keeps the place.

/** What is not replaced. Code has buttons, the contents follow the headings, and a model runs. */
const WHOLE = 'script, style, link, form, graven-model, [data-set], .code, .contents, h1, h2, h3, h4, h5, h6'

/** The version of the site that this page is of: the server names it in a field that scripts can read. */
const [navigation] = performance.getEntriesByType('navigation')
let version = navigation?.serverTiming?.find(entry => entry.name === 'graven')?.description

const overlay = document.createElement('pre')
overlay.setAttribute('role', 'alert')
// The page's policy blocks style sheets, but not this.
Object.assign(overlay.style, {
  position: 'fixed',
  inset: 'auto 0 0 0',
  zIndex: '2147483647',
  maxHeight: '70vh',
  margin: '0',
  padding: '1rem',
  overflow: 'auto',
  whiteSpace: 'pre-wrap',
  font: '14px/1.5 ui-monospace, monospace',
  color: '#fff',
  background: '#7a1018',
  borderTop: '4px solid #ff8a8a',
})

/** The page as the server sends it, its style sheet by itself, the version that it is of, and its policy. */
const fetchPage = async () => {
  const response = await fetch(location.href)
  if (response.redirected) return {}
  const text = await response.text()
  // Parsed, the style sheet of another version would break the policy of this page.
  const [sheet] = text.match(/<style>.*?<\/style>/s) ?? ['']
  const html = new DOMParser().parseFromString(text.replace(sheet, () => ''), 'text/html')
  const version = response.headers.get('server-timing')?.match(/^graven;desc="(.*)"$/)?.[1]
  return { html, sheet, version, policy: response.headers.get('content-security-policy') }
}

/** The page as it was sent, without what scripts have made of it. `null` if a newer one came in between. */
let sent = fetchPage().then(page => (page.version === version ? page : null), () => null)

const holds = node => node.nodeType === Node.ELEMENT_NODE && (node.matches(WHOLE) || node.querySelector(WHOLE) !== null)

/** Whether the attributes of two elements are the same. */
const isAlike = (one, other) => one.cloneNode(false).isEqualNode(other.cloneNode(false))

/**
 * Collects what makes `shown` from what `before` became to what `after` becomes. Scripts append to elements, but put nothing in between, so that the nodes
 * that were sent still are the first ones. Returns false if something differs that cannot be replaced.
 */
const compare = (before, after, shown, changes) => {
  const [old, now] = [[...before.childNodes], [...after.childNodes]]
  let first = 0
  while (first < old.length && first < now.length && old[first].isEqualNode(now[first])) first += 1
  let same = 0
  while (same < Math.min(old.length, now.length) - first && old.at(-1 - same).isEqualNode(now.at(-1 - same))) same += 1
  const [removed, added] = [old.slice(first, old.length - same), now.slice(first, now.length - same)]
  const live = [...shown.childNodes].slice(first, old.length - same)
  if (live.length !== removed.length || live.some((node, at) => node.nodeName !== removed[at].nodeName)) return false
  const isPair = removed.length === added.length
  if (isPair && removed.every((node, at) => node.nodeType === Node.ELEMENT_NODE && isAlike(node, added[at]))) {
    return removed.every((node, at) => !node.matches(WHOLE) && compare(node, added[at], live[at], changes))
  }
  if ([...removed, ...added].some(holds)) return false
  const next = shown.childNodes[old.length - same] ?? null
  changes.push(() => {
    live.forEach(node => node.remove())
    added.forEach(node => shown.insertBefore(document.importNode(node, true), next))
  })
  return true
}

/** Replaces what differs between the page as it is and as the server has it now. Returns false if it must be loaded again. */
const replace = async () => {
  const [before, page] = [await sent, await fetchPage()]
  if (before === null || page.version === undefined) return false
  const { title } = page.html
  for (const { head } of [before.html, page.html]) {
    // These change with the text, and nobody sees them.
    head.querySelectorAll('title, meta[content], script[type="application/ld+json"]').forEach(each => each.remove())
  }
  const changes = []
  // The policy of a loaded page cannot change: a picture of another site would stay blocked.
  if (before.policy !== page.policy) return false
  if (before.sheet !== page.sheet || !before.html.head.isEqualNode(page.html.head)) return false
  if (!compare(before.html.body, page.html.body, document.body, changes)) return false
  changes.forEach(change => change())
  document.title = title
  ;[sent, version] = [page, page.version]
  return true
}

/** The newest state of the preview, and whether the page is being brought up to date. */
let state
let isBusy = false

const update = async () => {
  if (isBusy) return
  isBusy = true
  // While it waits for the server, there may be a newer site.
  while (state.problem === null && state.version !== version) {
    if (await replace().catch(() => false)) continue
    // Once for each site: a browser may not say which one the page is of, or say an old one.
    const loaded = `graven ${location.pathname}`
    if (sessionStorage.getItem(loaded) !== state.version) {
      sessionStorage.setItem(loaded, state.version)
      location.reload()
    }
    break
  }
  isBusy = false
}

/** Shows the state of the preview. */
const show = ({ data }) => {
  state = JSON.parse(data)
  if (state.problem === null) {
    overlay.remove()
    update()
  } else {
    overlay.textContent = state.problem
    document.body.append(overlay)
  }
}

// A browser has six connections for all its pages of a site, so only the page that is seen has one.
let events
const listen = () => {
  events?.close()
  if (document.visibilityState === 'visible') {
    events = new EventSource('/.graven/events')
    events.addEventListener('message', show)
  }
}
document.addEventListener('visibilitychange', listen)
listen()
