// Runs in the head, before the first paint: a remembered colour scheme does not flash. scheme.js remembers it.
try {
  const stored = localStorage.getItem('theme')
  if (stored) document.documentElement.dataset.theme = stored
} catch {}
