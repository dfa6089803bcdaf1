// Search: `/` leads to it from every page; on its page, hits are shown while the reader types. Without this script the form does the same.

/**
 * A hit. The odd entries of its snippet are the words that match.
 *
 * @typedef {{ url: string, title: string, heading: string, date: string, snippet: string[] }} Hit
 *
 * The answer of the server: the first hits, whether they have all words, and the words that it used instead of those that were typed.
 *
 * @typedef {{ total: number, complete: boolean, corrections: [string, string][], hits: Hit[] }} Answer
 */

const field = /** @type {HTMLInputElement | null} */ (document.querySelector('[role=search] [name=q]'))
const results = document.querySelector('#results')

// What follows makes the same elements as the server, crates/serve/src/response/search.rs.

/** @param {(Node | string)[]} content */
const countLine = (...content) => make('p', { className: 'count' }, ...content)

/**
 * @param {string} query
 * @param {Answer} answer
 */
const countLines = (query, { total, complete, corrections }) => {
  const lines = corrections.map(([typed, used]) =>
    countLine(`No post has “${typed}”. These have `, make('b', {}, used), '.'),
  )
  if (!total) return [...lines, countLine(`No post matches “${query}”.`)]
  if (!complete) return [...lines, countLine(`No post has all of this. ${total} come near it.`)]
  return [...lines, countLine(total === 1 ? '1 post matches.' : `${total} posts match.`)]
}

const advice = () => {
  /** @type {(path: string, text: string) => Node} */
  const link = (href, text) => make('a', { href }, text)
  const [notes, blog, tags] = [link('/notes', 'all posts by topic'), link('/blog', 'by date'), link('/tags', 'by tag')]
  return make('p', {}, 'Try other words or fewer, or look through ', notes, ', ', blog, ' or ', tags, '.')
}

/** @param {Hit} hit */
const hitElement = ({ url, title, heading, date, snippet }) => {
  const place = make('p', { className: 'place' }, heading)
  if (date) place.append(heading && ' · ', make('span', { className: 'date' }, date))
  const parts = snippet.map((text, index) => (index % 2 ? make('mark', {}, text) : text))
  return make('li', {}, make('h2', {}, make('a', { href: url }, title)), place, make('p', {}, ...parts))
}

/** @param {string} url */
const nextPage = (url) => {
  const pages = make('nav', { className: 'pages' }, make('a', { href: `${url}&page=2`, rel: 'next' }, 'Next'))
  pages.setAttribute('aria-label', 'Pages of hits')
  return pages
}

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
  // What the page has before anything is searched for.
  const help = asked ? [] : [...results.childNodes]
  let isFirst = true
  let request = new AbortController()
  let timer = 0

  const search = async () => {
    request.abort()
    request = new AbortController()
    const { signal } = request
    const query = field.value.trim()
    const url = query ? `/search?${new URLSearchParams({ q: query })}` : '/search'
    // The search that the page was loaded with stays behind the back button.
    history[isFirst && asked ? 'pushState' : 'replaceState'](null, '', url)
    isFirst = false
    if (!query) {
      results.replaceChildren(...help)
      announce('')
      return
    }
    try {
      // The last word may be half typed.
      const words = /(^|\s)[\p{L}\p{N}]+$/u.test(query) && !query.includes('"') ? query + '*' : query
      const response = await fetch(`/search?${new URLSearchParams({ q: words })}`, {
        headers: { Accept: 'application/json' },
        signal,
      })
      if (response.status === 503) {
        results.replaceChildren(countLine('Too many searches at once. Trying again in a second.'))
        timer = setTimeout(search, 1000)
        return
      }
      const answer = /** @type {Answer} */ (await response.json())
      const { total, hits } = answer
      const lines = countLines(query, answer)
      results.replaceChildren(...lines)
      results.append(...(total ? [make('ol', { className: 'hits' }, ...hits.map(hitElement))] : [advice(), ...help]))
      if (total > hits.length) results.append(nextPage(url))
      announce(lines.map((line) => line.textContent).join(' '))
    } catch {
      if (!signal.aborted) results.replaceChildren(countLine('Press Enter to search.'))
    }
  }

  field.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(search, 120)
  })
  addEventListener('popstate', () => {
    const now = new URLSearchParams(location.search).get('q') ?? ''
    if (now !== field.value.trim()) location.reload()
  })
  // A browser may restore a text that is newer than the page.
  if (field.value.trim() !== asked.trim()) search()
  if (!asked) field.focus()
}
