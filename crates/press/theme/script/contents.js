// Contents: the link to the section that is being read is marked.

const sections = [...document.querySelectorAll('.contents a')].flatMap((link) => {
  const heading = document.getElementById(decodeURIComponent(/** @type {HTMLAnchorElement} */ (link).hash.slice(1)))
  return heading ? [{ link, heading }] : []
})

const markSection = () => {
  // A section is being read once its heading is in the upper third, the last ones when the page cannot be scrolled further.
  const isAtEnd = innerHeight + scrollY > document.documentElement.scrollHeight - 2
  const limit = isAtEnd ? innerHeight : innerHeight / 3
  const current = sections.findLast(({ heading }) => heading.getBoundingClientRect().top < limit)
  for (const section of sections) {
    if (section === current) section.link.setAttribute('aria-current', 'true')
    else section.link.removeAttribute('aria-current')
  }
}

if (sections.length) {
  let isWaiting = false
  const markSoon = () => {
    if (isWaiting) return
    isWaiting = true
    requestAnimationFrame(() => {
      isWaiting = false
      markSection()
    })
  }
  addEventListener('scroll', markSoon, { passive: true })
  addEventListener('resize', markSoon)
  markSoon()
}
