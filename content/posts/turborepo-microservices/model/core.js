// The article's workspace on one machine: the reader changes inputs, turbo runs, and each task is restored or built. Keys, outputs and what a cache makes
// of them are those of the article's code; this adds the time that a run takes, and what was wrong since when.

import { stream } from 'graven'
import { PACKAGES, keyOf, outputOf, start } from '../code/keys.mjs'
import { poison, run } from '../code/runs.mjs'

/** @typedef {import('../code/keys.mjs').Name} Name */
/** @typedef {import('../code/keys.mjs').State} Workspace */
/** @typedef {import('../code/runs.mjs').Task} Task */

/**
 * `currency`: whether a build sees CURRENCY (`passed`), and whether the key names it too (`env`). `script`: the key names build.mjs.
 *
 * @typedef {{ currency: 'passed' | 'env' | 'hidden', script: boolean, cache: 'none' | 'local' | 'remote' | 'poisoned' }} Settings
 */

/**
 * Why an output is not what its sources say: the input that differs, what it has and what it should have, and the used package that brought it, if one did.
 *
 * @typedef {{ input: string, has: string, should: string, from?: Name }} Fault
 */

/**
 * A task of the run that is in progress or was the last one. Its times are ticks of the run.
 *
 * @typedef {Task & { keyAt: number, startAt: number, endAt: number, isNewKey: boolean, isNeedless: boolean, fault: Fault | undefined }} Job
 */

/**
 * `workspace`: what is on the disk, apart from outputs. `built`: the same at the last run. `jobs`: the last run. `keys`: its keys, or on a new machine those
 * of the commit. `wrongWhenStored`: keys under which a wrong output was stored. `wrongSince`: the first of the runs with wrong outputs that go on until now.
 * `isTouched`: the last thing that happened is that files were touched. `commits`: how often inputs were changed at random.
 *
 * @typedef {{ settings: Settings, workspace: Workspace, built: Workspace | undefined, local: Map<string, string>, remote: Map<string, string>,
 *   wrongWhenStored: Set<string>, jobs: Partial<Record<Name, Job>>, keys: Partial<Record<Name, string>>, clock: number, runs: number, wrongSince: number,
 *   isTouched: boolean, seed: number, commits: number }} State
 */

/** What the attacker's script writes instead of its version. */
export const ATTACKER = 'attacker'

export const NAMES = /** @type {Name[]} */ (Object.keys(PACKAGES))

/** What a variable or the script can be. The first is what it is at the beginning. */
export const VALUES = { REGION: ['asia', 'eu'], CURRENCY: ['INR', 'USD'], 'build.mjs': ['v1', 'v2'] }

/** The two contents of a package. They differ from those of all others, as its key does. @param {Name} name */
const sourcesOf = (name) => [`${name} v1`, `${name} v2`]

/** A tick is a tenth of a second of work. The time of a build is assumed, as in the article's measurement. */
export const BUILD = 20
const RESTORE = 3

/** How long the keys take on the screen, for each level of packages. Turbo takes a few milliseconds. */
export const LEVEL = 10

/** The runs of work begin after the keys of both levels. */
const FIRST = 2 * LEVEL + 2

/** The longest run: both levels are built. */
const LAST = FIRST + 2 * BUILD

/** @param {Settings} settings @param {Workspace} workspace */
const declare = ({ currency, script }, workspace) => {
  workspace.env = currency === 'env' ? ['REGION', 'CURRENCY'] : ['REGION']
  workspace.passThroughEnv = currency === 'passed' ? ['CURRENCY'] : []
  workspace.inputs = script ? ['$TURBO_DEFAULT$', '$TURBO_ROOT$/build.mjs'] : ['$TURBO_DEFAULT$']
}

/** @param {Settings} settings @param {number} seed @returns {State} */
export const initial = (settings, seed) => {
  const workspace = start()
  for (const name of NAMES) workspace.packages[name].source = sourcesOf(name)[0]
  workspace.root['build.mjs'] = VALUES['build.mjs'][0]
  workspace.environment = { REGION: VALUES.REGION[0], CURRENCY: VALUES.CURRENCY[0] }
  declare(settings, workspace)
  /** @type {State} */
  const state = {
    settings: { ...settings }, workspace, built: undefined, local: new Map(), remote: new Map(), wrongWhenStored: new Set(),
    jobs: {}, keys: {}, clock: LAST, runs: 0, wrongSince: 0, isTouched: false, seed, commits: 0,
  }
  useCache(state)
  if (settings.cache === 'local') {
    build(state)
    state.clock = LAST
  }
  return state
}

/**
 * Another cache, and a disk without outputs. Another machine has filled a remote one from the same commit, with the same environment.
 *
 * @param {State} state
 */
const useCache = (state) => {
  state.jobs = {}
  for (const name of NAMES) state.keys[name] = keyOf(name, state.workspace)
  state.built = undefined
  state.wrongSince = 0
  state.remote = new Map()
  if (state.settings.cache === 'remote') run(state.workspace, state.remote)
  if (state.settings.cache === 'poisoned') {
    poison(state.workspace, state.remote)
    for (const key of state.remote.keys()) state.wrongWhenStored.add(key)
  }
}

/** The cache of the next run. @param {State} state */
export const cacheOf = ({ settings, local, remote }) => {
  if (settings.cache === 'none') return new Map()
  return settings.cache === 'local' ? local : remote
}

/** @param {Name} name */
export const needsOf = (name) => PACKAGES[name].needs

/**
 * Runs turbo. All is decided at once; the clock shows it.
 *
 * @param {State} state
 */
const build = (state) => {
  const before = state.jobs
  const cache = cacheOf(state)
  const tasks = run(state.workspace, cache)
  state.jobs = {}
  state.runs += 1
  state.clock = 0
  for (const name of NAMES) {
    const task = tasks[name]
    const needs = needsOf(name).map((need) => /** @type {Job} */ (state.jobs[need]).endAt)
    const startAt = Math.max(FIRST, ...needs)
    const fault = faultOf(name, task.output, outputOf(name, state.workspace))
    state.jobs[name] = {
      ...task,
      keyAt: LEVEL * (needsOf(name).length > 0 ? 1.5 : 0.5),
      startAt,
      endAt: startAt + (task.ran ? BUILD : RESTORE),
      isNewKey: state.keys[name] !== task.key,
      isNeedless: task.ran && before[name]?.output === task.output,
      fault,
    }
    state.keys[name] = task.key
    if (fault && task.ran) state.wrongWhenStored.add(task.key)
  }
  state.built = structuredClone(state.workspace)
  if (wrong(state).length === 0) state.wrongSince = 0
  else state.wrongSince ||= state.runs
}

/** Where an output has what a build reads, as keys.mjs writes it. */
const PLACES = ['source', 'ignored', 'locked', 'REGION', 'CURRENCY', 'build.mjs', 'node']

/**
 * The parts of an output, and the outputs of the packages in it.
 *
 * @param {string} output
 */
export const partsOf = (output) => {
  const values = JSON.parse(output)
  /** @type {{ [place: string]: string }} */
  const parts = Object.fromEntries(PLACES.map((place, index) => [place, values[index]]))
  return { parts, inside: /** @type {string[]} */ (values[PLACES.length]) }
}

/**
 * @param {Name} name
 * @param {string} output
 * @param {string} truth
 * @returns {Fault | undefined}
 */
const faultOf = (name, output, truth) => {
  if (output === truth) return undefined
  const [one, other] = [partsOf(output), partsOf(truth)]
  const differs = PLACES.filter((place) => one.parts[place] !== other.parts[place])
  // Whoever writes the script writes the rest too.
  const input = differs.includes('build.mjs') ? 'build.mjs' : differs[0]
  if (input) return { input, has: one.parts[input], should: other.parts[input] }
  const needs = needsOf(name)
  const from = needs.findIndex((_, at) => one.inside[at] !== other.inside[at])
  const fault = faultOf(needs[from], one.inside[from], other.inside[from])
  return fault && { ...fault, from: needs[from] }
}

/** The packages with wrong outputs after the last run. @param {State} state */
export const wrong = (state) => NAMES.filter((name) => state.jobs[name]?.fault)

/** The inputs that are not what they were at the last run. @param {State} state */
export const changes = ({ workspace, built }) => {
  if (!built) return []
  const variables = /** @type {const} */ (['REGION', 'CURRENCY'])
  const settings = (/** @type {Workspace} */ { env, passThroughEnv, inputs }) => [env, passThroughEnv, inputs].join()
  return [
    ...NAMES.filter((name) => workspace.packages[name].source !== built.packages[name].source),
    ...variables.filter((name) => workspace.environment[name] !== built.environment[name]),
    ...(workspace.root['build.mjs'] === built.root['build.mjs'] ? [] : ['build.mjs']),
    ...(settings(workspace) === settings(built) ? [] : ['turbo.json']),
  ]
}

/** @param {State} state */
export const isRunning = (state) => NAMES.some((name) => state.clock < (state.jobs[name]?.endAt ?? 0))

/**
 * The other value of a variable or of the script, or the other content of a package.
 *
 * @param {State} state
 * @param {string} name
 */
const flip = (state, name) => {
  const { packages, environment, root } = state.workspace
  const other = (/** @type {string[]} */ [first, second], /** @type {string} */ value) => (value === first ? second : first)
  if (name === 'build.mjs') root[name] = other(VALUES[name], root[name])
  else if (name === 'REGION' || name === 'CURRENCY') environment[name] = other(VALUES[name], environment[name])
  else {
    const own = packages[/** @type {Name} */ (name)]
    own.source = other(sourcesOf(/** @type {Name} */ (name)), own.source)
  }
}

/** Everything that can be flipped. */
export const INPUTS = [...NAMES, ...Object.keys(VALUES)]

/** One to three inputs change. @param {State} state */
const commit = (state) => {
  state.commits += 1
  const next = stream(state.seed, `commit ${state.commits}`)
  const inputs = [...INPUTS]
  for (let left = 1 + Math.floor(3 * next()); left > 0; left -= 1) {
    flip(state, inputs.splice(Math.floor(inputs.length * next()), 1)[0])
  }
}

/**
 * @typedef {{ type: 'tick' } | { type: 'set', name: string, value: number | boolean | string } | { type: 'touch', name: string }} Event
 */

/** @param {State} state @param {Event} event @returns {State} */
export const step = (state, event) => {
  if (event.type === 'tick') {
    state.clock = Math.min(state.clock + 1, LAST)
    return state
  }
  // What a reader does while a run is shown comes after it.
  state.clock = LAST
  state.isTouched = false
  if (event.type === 'set') {
    state.settings = { ...state.settings, [event.name]: event.value }
    if (event.name === 'cache') useCache(state)
    else declare(state.settings, state.workspace)
    return state
  }
  const [verb, name] = event.name.split(':')
  if (verb === 'flip' && INPUTS.includes(name)) flip(state, name)
  if (event.name === 'run:turbo') build(state)
  if (event.name === 'touch:files') state.isTouched = true
  if (event.name === 'edit:random') commit(state)
  return state
}

/**
 * `right`: every output is what its sources say. `named`: the key names all that a build reads. `trusted`: nobody else stores results.
 *
 * @param {State} state
 */
export const invariants = (state) => ({
  right: wrong(state).length === 0,
  named: state.settings.currency !== 'passed' && state.settings.script,
  trusted: state.settings.cache !== 'poisoned',
})
