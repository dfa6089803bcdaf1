// Search: `/` leads to it from every page; on its page, hits are shown while the reader types. Without this script the form does the same.

/**
 * A hit, as the server answers it. The odd entries of the snippet are the words that match.
 *
 * @typedef {{ url: string, title: string, heading?: string, date?: string, snippet: string[] }} Hit
 *
 * An answer: the first hits of `total`, and the words that were searched for instead of others.
 *
 * @typedef {{ total: number, corrections: [string, string][], hits: Hit[] }} Answer
 */

const field = /** @type {HTMLInputElement | null} */ (document.querySelector('[role=search] [name=q]'))
const results = document.querySelector('#results')

/** @param {Hit} hit */
const hitElement = ({ url, title, heading, date, snippet }) =>
  make(
    'li',
    {},
    make('h2', {}, make('a', { href: url }, title)),
    make('p', { className: 'place' }, heading ? `${heading} · ` : '', make('span', { className: 'date' }, date ?? '')),
    make('p', {}, ...snippet.map((text, index) => (index % 2 ? make('mark', {}, text) : text))),
  )

addEventListener('keydown', (event) => {
  const { key } = event
  const target = /** @type {HTMLElement} */ (event.target)
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return

  if (key === '/' && !target.closest('input, textarea, select, [contenteditable]')) {
    event.preventDefault()
    if (!field) location.assign('/search')
    field?.focus()
    field?.select()
  }
  if (!field || !results) return

  const stops = [field, .../** @type {NodeListOf<HTMLElement>} */ (results.querySelectorAll('h2 a'))]
  const place = stops.indexOf(target)
  if (place < 0) return
  const next = { ArrowDown: stops[place + 1], ArrowUp: stops[place - 1], Escape: field }[key]
  if (!next) return
  event.preventDefault()
  if (key === 'Escape' && target === field) {
    field.value = ''
    field.dispatchEvent(new Event('input'))
  }
  next.focus()
})

if (field && results) {
  const asked = new URLSearchParams(location.search).get('q') ?? ''
  const help = asked ? [] : [...results.childNodes]
  let request = new AbortController()
  let timer = 0

  const search = async () => {
    request.abort()
    request = new AbortController()
    const { signal } = request
    const query = field.value.trim()
    const url = query ? `/search?q=${encodeURIComponent(query)}` : '/search'
    history.replaceState(null, '', url)
    if (!query) {
      results.replaceChildren(...help)
      announce('')
      return
    }
    try {
      const answer = await fetch(url, { headers: { Accept: 'application/json' }, signal })
      const { total, corrections, hits } = /** @type {Answer} */ (await answer.json())
      const found = total === 1 ? '1 post matches.' : `${total || 'No'} posts match.`
      results.replaceChildren(
        ...corrections.map(([from, to]) => make('p', {}, `Searched for “${to}” instead of “${from}”.`)),
        make('p', { className: 'count' }, found),
        ...(total ? [make('ol', { className: 'hits' }, ...hits.map(hitElement))] : help),
        // The page that the server makes has the rest.
        ...(total > hits.length ? [make('p', {}, make('a', { href: url }, `All ${total} posts`))] : []),
      )
      announce(found)
    } catch {
      if (!signal.aborted) results.replaceChildren(make('p', {}, 'Press Enter to search.'))
    }
  }

  field.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(search, 120)
  })
  // A browser may restore a text that is newer than the page.
  if (field.value.trim() !== asked.trim()) search()
  if (!asked) field.focus()
}
