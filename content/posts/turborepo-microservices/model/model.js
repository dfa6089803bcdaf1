// The drawing: packages on the left, the services that use them on the right, what can be changed below.

import { arrow, box, dot, h, label, lamp, svg } from 'graven'
import { ATTACKER, BUILD, LEVEL, NAMES, VALUES, cacheOf, changes, initial, isRunning, needsOf, partsOf, step, wrong } from './core.js'

/** @typedef {import('./core.js').State} State */
/** @typedef {import('./core.js').Job} Job */
/** @typedef {import('./core.js').Name} Name */

const WIDTH = 340
const BOX = 146
const HIGH = 62

/** @type {Record<Name, { x: number, y: number }>} */
const BOXES = {
  money: { x: 1, y: 57 },
  log: { x: 1, y: 127 },
  payouts: { x: WIDTH - 1 - BOX, y: 22 },
  ledger: { x: WIDTH - 1 - BOX, y: 92 },
  notify: { x: WIDTH - 1 - BOX, y: 162 },
}

const CHIPS = 240
const ACTIONS = 290
const NEWS = 348

const CONSONANTS = 'bcdfghjkmnpqrstvwxz'

/**
 * Four letters for a key: of its 32-bit FNV-1a hash.
 *
 * @param {string} key
 */
const lettersOf = (key) => {
  let hash = 0x811c9dc5
  for (const character of key) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0
  let letters = ''
  for (; letters.length < 4; hash = Math.floor(hash / CONSONANTS.length)) letters += CONSONANTS[hash % CONSONANTS.length]
  return letters
}

/** What a job has come to at the clock. @param {Job} job @param {number} clock */
const phaseOf = (job, clock) => {
  if (clock < job.keyAt) return 'unknown'
  if (clock < job.startAt) return 'waits'
  return clock < job.endAt ? 'works' : 'done'
}

/** @param {Job} job */
const faultWords = ({ fault }) => {
  if (!fault) return ''
  if (fault.from) return `has bad ${fault.from}`
  if (fault.has === ATTACKER) return 'attacker’s text'
  return fault.input === 'build.mjs' ? `by build.mjs ${fault.has}` : `${fault.has}, not ${fault.should}`
}

/** @param {string} source */
const versionOf = (source) => source.split(' ')[1]

/** What turbo does with a task, and what is on the disk: two lines. @param {State} state @param {Name} name */
const linesOf = (state, name) => {
  const job = state.jobs[name]
  if (!job) return ['', '○ not built']
  const phase = phaseOf(job, state.clock)
  if (phase === 'unknown') return ['', '']
  if (phase === 'waits') return [job.ran ? 'miss, waits' : 'hit, waits', '']
  if (phase === 'works') return [job.ran ? 'miss, runs' : 'hit, restores', '']
  const { parts } = partsOf(job.output)
  const holds = `${versionOf(parts.source)} ${parts.REGION} ${parts.CURRENCY}`
  if (changes(state).length > 0) {
    const isNew = state.workspace.packages[name].source !== parts.source
    return [isNew ? 'edited' : '', `○ ${holds}`]
  }
  const verdict = job.ran ? (job.isNeedless ? 'ran, needless' : 'miss, ran') : 'hit'
  return [verdict, job.fault ? `✕ ${faultWords(job)}` : `● ${holds}`]
}

/** A line without signs. @param {string} line */
const spoken = (line) => line.replace('✕', 'wrong,').replace('●', 'right,').replace('○ ', '')

/** @param {State} state @param {Name} name */
const task = (state, name) => {
  const { x, y } = BOXES[name]
  const job = state.jobs[name]
  const phase = job ? phaseOf(job, state.clock) : 'unknown'
  const [verdict, output] = linesOf(state, name)
  const isWrong = output.startsWith('✕')
  // After an edit, the next keys are for the reader to guess.
  const isNew = job?.isNewKey && phase !== 'unknown' && changes(state).length === 0
  const progress = job && phase === 'works' ? (state.clock - job.startAt) / (job.endAt - job.startAt) : 0
  const { source } = state.workspace.packages[name]
  const words = [isNew && 'new key', verdict, spoken(output)].filter(Boolean).join(', ')
  return h(
    'g',
    { key: name, class: isNew && 'hue', touch: `flip:${name}`, label: `${source}: ${words || 'no key yet'}. Edit` },
    h('rect', { class: 'paper', x, y, width: BOX, height: HIGH, 'stroke-width': isWrong && 3, 'stroke-dasharray': phase === 'waits' && '4 3' }),
    label(x + 8, y + 18, name),
    job && phase !== 'unknown' && label(x + BOX - 8, y + 18, `${isNew ? '≠' : ''}${lettersOf(job.key)}`, { anchor: 'end', size: 13 }),
    label(x + 8, y + 36, verdict, { size: 13, tone: 'soft' }),
    label(x + 8, y + 53, output, { size: 13 }),
    progress > 0 && h('path', { d: `M${x} ${y + HIGH - 3}h${Math.round(BOX * progress)}`, 'stroke-width': 5 }),
  )
}

/** Where an arrow begins and ends: those that meet at a box are 20 apart. @param {Name} need @param {Name} name */
const ends = (need, name) => {
  const needs = needsOf(name)
  const [from, to] = [BOXES[need], BOXES[name]]
  return { x1: from.x + BOX, y1: from.y + HIGH / 2, x2: to.x, y2: to.y + HIGH / 2 + 20 * (needs.indexOf(need) - (needs.length - 1) / 2) }
}

/** The keys of packages go into those of their users. What a task that runs reads is marked if it is wrong. @param {State} state */
const edges = (state) => {
  const isEdited = changes(state).length > 0
  return NAMES.flatMap((name) => needsOf(name).map((need) => {
    const place = ends(need, name)
    const [job, used] = [state.jobs[name], state.jobs[need]]
    const done = (state.clock - LEVEL / 2) / LEVEL
    const isMoving = used && done >= 0 && done < 1
    const isRead = job?.ran && state.clock >= job.startAt
    const isWrong = isRead && used?.fault && !isEdited
    const at = (/** @type {number} */ part) => ({ x: place.x1 + (place.x2 - place.x1) * part, y: place.y1 + (place.y2 - place.y1) * part })
    return h('g', { key: `${need}-${name}` },
      arrow({ ...place, tone: used?.isNewKey && !isEdited ? 'hue' : 'soft' }),
      isMoving && dot({ ...at(done), tone: used.isNewKey ? 'hue' : 'soft', hollow: !used.isNewKey }),
      isWrong && dot({ ...at(0.4), letter: '✕' }))
  }))
}

/** What can be changed besides the packages. That because of which an output is wrong is marked. @param {State} state */
const chips = (state) => {
  const { environment, root } = state.workspace
  const faults = isRunning(state) || changes(state).length > 0 ? [] : wrong(state).map((name) => state.jobs[name]?.fault)
  // The attacker's script is on another machine.
  const guilty = faults.filter((fault) => fault?.has !== ATTACKER).map((fault) => fault?.input)
  return Object.entries(VALUES).map(([name, values], index) => {
    const value = name === 'build.mjs' ? root[name] : environment[name]
    const other = values.find((one) => one !== value)
    const isGuilty = guilty.includes(name)
    return box({
      x: 1 + 114 * index, y: CHIPS, width: 110, height: 42, title: name, state: isGuilty ? `✕ ${value}` : value,
      tone: value === values[0] ? 'ink' : 'hue', key: name, touch: `flip:${name}`, label: `${name} is ${value}${isGuilty ? ', which no key names' : ''}. Change to ${other}`,
    })
  })
}

const actions = () => [
  box({ x: 1, y: ACTIONS, width: 92, height: 34, title: 'touch all', touch: 'touch:files', label: 'Touch all files, change nothing' }),
  box({ x: 99, y: ACTIONS, width: 118, height: 34, title: 'random edits', touch: 'edit:random', label: 'One to three random edits' }),
  box({ x: 223, y: ACTIONS, width: 116, height: 34, title: '▸ turbo run', tone: 'hue', touch: 'run:turbo', label: 'turbo run build' }),
]

/** Why the outputs of the last run are wrong, or what the run shows. @param {State} state */
const reason = (state) => {
  const jobs = NAMES.map((name) => ({ name, job: /** @type {Job} */ (state.jobs[name]) }))
  const infected = jobs.find(({ job }) => job.ran && job.fault)
  if (infected) return `${infected.name} ran, but read a bad output of ${infected.job.fault?.from}`
  const [bad] = wrong(state)
  const fault = bad && state.jobs[bad]?.fault
  if (fault) return fault.has === ATTACKER ? 'the keys are honest, the outputs are not' : `no key names ${fault.input}`
  const { currency } = state.settings
  if (currency === 'hidden' && state.workspace.environment.CURRENCY !== VALUES.CURRENCY[0]) return 'CURRENCY is hidden: no build sees it'
  const isNew = (/** @type {Name} */ name) => state.jobs[name]?.isNewKey
  const fresh = NAMES.filter(isNew)
  if (jobs.every(({ job }) => !job.ran)) return fresh.length > 0 ? 'the new keys were in the cache' : 'no key is new'
  if (fresh.length === 0 || jobs.every(({ job }) => job.ran)) return ''
  return fresh.some((name) => needsOf(name).some(isNew)) ? 'new keys went along the arrows' : 'no package uses what was edited'
}

/** Two lines on what has just happened. @param {State} state */
const news = (state) => {
  if (state.isTouched) return ['all files have a new time', 'and the contents that they had']
  const changed = changes(state)
  if (changed.length > 0) {
    return [changed.length > 3 ? `${changed.length} inputs have changed` : `changed: ${changed.join(', ')}`, 'guess the hits, then run turbo']
  }
  if (!state.built) return ['a disk without outputs', state.settings.cache === 'none' ? '' : 'another machine has built this commit']
  if (isRunning(state)) return [state.clock < 2 * LEVEL ? 'keys first, along the arrows' : 'hits are restored, misses run', '']
  const ran = NAMES.filter((name) => state.jobs[name]?.ran).length
  return [`run ${state.runs}: ${ran} ran, ${NAMES.length - ran} hits, ${wrong(state).length} wrong`, reason(state)]
}

/** Seconds on the longest way of tasks that ran. @param {State} state @param {Name} name @returns {number} */
const secondsOf = (state, name) =>
  (state.jobs[name]?.ran ? BUILD / 10 : 0) + Math.max(0, ...needsOf(name).map((need) => secondsOf(state, need)))

/** @param {State} state */
const outputs = (state) => {
  const jobs = NAMES.flatMap((name) => state.jobs[name] ?? [])
  const done = jobs.filter((job) => phaseOf(job, state.clock) === 'done')
  const ran = done.filter((job) => job.ran).length
  const isDone = jobs.length > 0 && done.length === jobs.length
  const bad = wrong(state)
  const light = () => {
    if (!state.built) return lamp(undefined, 'not built')
    if (!isDone) return lamp(undefined, 'running')
    if (changes(state).length > 0) return lamp(undefined, 'edited since')
    return bad.length === 0 ? lamp(true) : lamp(false, `broken, run ${state.wrongSince}`)
  }
  return {
    right: light(),
    tasks: isDone ? `${ran} run, ${done.length - ran} restored` : '…',
    work: isDone ? `${(done.length - ran) * BUILD / 10} of ${NAMES.length * BUILD / 10} s` : '…',
    time: isDone ? `${Math.max(...NAMES.map((name) => secondsOf(state, name)))} s, uncached ${2 * BUILD / 10} s` : '…',
  }
}

/** @type {Record<string, string>} */
const CACHES = { none: 'no cache', local: 'cache: this disk', remote: 'cache: remote', poisoned: 'cache: poisoned' }

/** How many results the cache has at the clock, and how many were wrong when they were stored. @param {State} state */
const storedWords = (state) => {
  const isToCome = (/** @type {string} */ key) =>
    Object.values(state.jobs).some((job) => job.key === key && job.ran && phaseOf(job, state.clock) !== 'done')
  const keys = [...cacheOf(state).keys()].filter((key) => !isToCome(key))
  const bad = keys.filter((key) => state.wrongWhenStored.has(key)).length
  return `${keys.length} results${bad ? `, ${bad} ✕` : ''}`
}

/** @param {State} state */
const view = (state) => {
  const [first, second] = news(state)
  const shown = outputs(state)
  return {
    drawing: svg(WIDTH, NEWS + 22,
      label(1, 14, 'packages', { size: 13, tone: 'soft' }),
      label(WIDTH - 1 - BOX, 14, 'services', { size: 13, tone: 'soft' }),
      label(1, 207, CACHES[state.settings.cache], { size: 13, tone: 'soft' }),
      state.settings.cache !== 'none' && label(1, 224, storedWords(state), { size: 13, tone: 'soft' }),
      h('g', { key: 'edges' }, edges(state)),
      h('g', { key: 'tasks' }, NAMES.map((name) => task(state, name))),
      h('g', { key: 'chips' }, chips(state)),
      h('g', { key: 'actions' }, actions()),
      label(1, NEWS, first),
      label(1, NEWS + 18, second, { size: 13, tone: 'soft' })),
    outputs: shown,
    says: isRunning(state) ? undefined : [first, second].filter(Boolean).join('. '),
  }
}

export default {
  tick: 50,
  pace: 'a 2 s build (assumed) takes 1 s',
  stride: 4,
  initial,
  step,
  view,
  still: {
    settings: { currency: 'passed', script: false, cache: 'local' },
    seed: 1,
    ticks: 30,
    events: [{ at: 0, type: 'touch', name: 'flip:money' }, { at: 0, type: 'touch', name: 'run:turbo' }],
  },
}
