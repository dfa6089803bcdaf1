// The preview's part of a page: it loads the page again when there is a newer site, and shows what is wrong with the files. A reload keeps the place on
// the page.

/** The version of the site that this page is of: the server names it in a field that scripts can read. */
const [navigation] = performance.getEntriesByType('navigation')
const version = navigation?.serverTiming?.find(entry => entry.name === 'graven')?.description

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

/** Shows the state of the preview. */
const show = ({ data }) => {
  const state = JSON.parse(data)
  if (state.problem !== null) {
    overlay.textContent = state.problem
    document.body.append(overlay)
    return
  }
  overlay.remove()
  // Once for each site: a browser may not say which one the page is of, or say an old one.
  const loaded = `graven ${location.pathname}`
  if (state.version !== version && sessionStorage.getItem(loaded) !== state.version) {
    sessionStorage.setItem(loaded, state.version)
    location.reload()
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
