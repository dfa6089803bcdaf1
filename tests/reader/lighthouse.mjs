// Lighthouse, as a phone on a slow network: accessibility, best practices and SEO must be perfect; performance is printed.
//
// Usage: node lighthouse.mjs BASE PATH...

import * as launcher from 'chrome-launcher'
import lighthouse from 'lighthouse'

const PERFECT = ['accessibility', 'best-practices', 'seo']
const [base, ...paths] = process.argv.slice(2)

const chrome = await launcher.launch({
  chromePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  chromeFlags: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-dev-shm-usage'],
})
let faults = 0
try {
  for (const path of paths) {
    const options = { port: chrome.port, output: 'json', logLevel: 'error', onlyCategories: ['performance', ...PERFECT] }
    const { lhr } = await lighthouse(base + path, options)
    const scores = Object.values(lhr.categories).map(({ id, score }) => `${id} ${Math.round((score ?? 0) * 100)}`)
    const figure = (name) => lhr.audits[name]?.displayValue ?? '?'
    console.log(`lighthouse: ${path}: ${scores.join(', ')}; LCP ${figure('largest-contentful-paint')}, CLS ${figure('cumulative-layout-shift')}`)
    for (const id of PERFECT) {
      if (lhr.categories[id].score === 1) continue
      faults += 1
      for (const { id: audit, weight } of lhr.categories[id].auditRefs) {
        const { score, title, details } = lhr.audits[audit]
        if (weight && score !== null && score < 1) {
          const items = (details?.items ?? []).map((item) => item.node?.snippet ?? item.description ?? item.href ?? item.text)
          console.log(`  ${id}: ${title} (${audit}): ${JSON.stringify(items.slice(0, 3))}`)
        }
      }
    }
  }
} finally {
  chrome.kill()
}
process.exitCode = faults ? 1 : 0
