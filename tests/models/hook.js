// Tells node where 'graven' and 'fast-check' are, and that a model's files are modules although no package.json says so.
// `node --import ./tests/models/hook.js`

import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const root = new URL('../../', import.meta.url)
const kit = new URL('graven.js', import.meta.url).href
const tools = new URL('target/models/package.json', root).href

/** @type {import('node:module').ResolveHook} */
export const resolve = async (name, context, next) => {
  if (name === 'graven') return { url: kit, format: 'module', shortCircuit: true }
  if (name === 'fast-check') return next(name, { ...context, parentURL: tools })
  const found = await next(name, context)
  return /\/models?\/[^/]+\.js$/.test(found.url) ? { ...found, format: 'module' } : found
}

// This file is loaded twice: as a module of the program, and by the thread that resolves names.
if (isMainThread) register(import.meta.url)
