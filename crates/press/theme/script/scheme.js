// The colour scheme: that of the system, light, or dark. It is remembered; where storage is blocked, it lasts until the page is left.

const schemes = make(
  'select',
  { id: 'scheme' },
  new Option('System', ''),
  new Option('Light', 'light'),
  new Option('Dark', 'dark'),
)
document.querySelector('.end')?.append(make('label', { className: 'scheme' }, 'Theme ', schemes))

/** The colours of the browser's own bars, and the condition that each page gives them. */
const barColours = [...document.querySelectorAll('meta[name=theme-color]')].map((element) => {
  const meta = /** @type {HTMLMetaElement} */ (element)
  return { meta, media: meta.media }
})

const showScheme = () => {
  const scheme = schemes.value
  const root = document.documentElement
  if (scheme) root.dataset.theme = scheme
  else delete root.dataset.theme
  for (const { meta, media } of barColours) {
    meta.media = scheme && media ? (media.includes(scheme) ? 'all' : 'not all') : media
  }
}

schemes.onchange = () => {
  showScheme()
  try {
    if (schemes.value) localStorage.setItem('theme', schemes.value)
    else localStorage.removeItem('theme')
  } catch {}
}

// Another tab may have chosen, or another page, before the reader came back to this one.
for (const event of ['pageshow', 'storage']) {
  addEventListener(event, () => {
    try {
      const names = [...schemes.options].map((option) => option.value)
      schemes.selectedIndex = Math.max(names.indexOf(localStorage.getItem('theme') ?? ''), 0)
      showScheme()
    } catch {}
  })
}
