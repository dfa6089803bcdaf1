// Contents: the link to the section that is being read is marked.

const list = document.querySelector('.contents')
const passing = [...document.querySelectorAll('.prose :is(.note, .code, .fig, .scroll)')]
const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('.contents a'))
const sections = [...links].flatMap((link) => {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)))
  return heading ? [{ link, heading }] : []
})

/** @type {HTMLAnchorElement | undefined} */
let marked

/** @param {Element} heading */
const topOf = (heading) => heading.getBoundingClientRect().top

/** The section that is being read: the last one whose heading is at the top of the window or above. */
const currentSection = () => {
  if (!scrollY || innerHeight + scrollY < document.documentElement.scrollHeight - 2) {
    // A little below the place that a link to a heading scrolls it to.
    return sections.findLast(({ heading }) => topOf(heading) < 100)
  }
  // At the end of the page, the last headings cannot get there: the one that a link has led to, else the last.
  const inView = sections.filter(({ heading }) => topOf(heading) >= 0)
  return inView.find(({ heading }) => heading.matches(':target')) ?? sections.at(-1)
}

const markSection = () => {
  const link = currentSection()?.link
  if (link === marked) return
  marked?.removeAttribute('aria-current')
  marked = link
  if (!link) return
  link.setAttribute('aria-current', 'true')
  // Where the list is higher than the window, it scrolls by itself.
  if (list) list.scrollTop = link.offsetTop - list.clientHeight / 2
}

/** Hides the list while a note or something wide passes over it. */
const makeWay = () => {
  if (!list) return
  const own = list.getBoundingClientRect()
  const isOver = passing.some((element) => {
    const { left, right, top, bottom, width } = element.getBoundingClientRect()
    return width && left < own.right && right > own.left && top < own.bottom && bottom > own.top
  })
  list.classList.toggle('covered', isOver)
}

if (sections.length) {
  let isWaiting = false
  const markSoon = () => {
    if (isWaiting) return
    isWaiting = true
    requestAnimationFrame(() => {
      isWaiting = false
      markSection()
      makeWay()
    })
  }
  addEventListener('scroll', markSoon, { passive: true })
  addEventListener('resize', markSoon)
  markSoon()
}
