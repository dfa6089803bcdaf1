// The two boards in the page: what is on them, the visits between them, the clocks of an outage, and the last two minutes.

import { count, dial, dot, h, history, label, lamp, svg } from 'graven'
import { BOARDS, CHECK, SETTLE, other } from '../code/core/cluster.mjs'
import { DEFAULTS } from '../code/core/defaults.mjs'
import { KINDS, LEG, SPAN, TICK, answeredOf, busyOf, initial, invariants, now, portOf, step } from './core.js'

/**
 * @typedef {import('./core.js').State} State
 * @typedef {import('./core.js').Visit} Visit
 * @typedef {import('./core.js').Name} Name
 */

const WIDTH = 340
const HEIGHT = 408
const LEFT = 104 // of the boards
const TOP = { server: 22, agent: 104 }
const BOX = { width: WIDTH - LEFT, height: 76 }
const VISITORS = { x: 12, y: 101 }
const SWITCH = 76
const PILE = 4 // visits shown that wait at one board: a fifth would be under the number of them
const CLOCKS = 206
const STRIPS = 322

/** Where a part is on its board, and how wide its word is. */
const PARTS = [
  { part: 'ingress', x: 6, width: 62 },
  { part: 'web', x: 74, width: 44 },
  { part: 'Redis', x: 124, width: 48 },
  { part: 'DNS', x: 178, width: 34 },
]

/** @param {number} seconds */
const clockOf = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`

/** @param {string} kind */
const letterOf = (kind) => kind[0].toUpperCase()

/** @param {number} seconds */
const inSeconds = (seconds) => `${seconds.toFixed(1)} s`

/**
 * A board in words: what it is, and what the control plane takes it for.
 *
 * @param {State} state
 * @param {Name} name
 */
const wordsOf = (state, name) => {
  const { power, up, ready, marked } = state.cluster.state.boards[name]
  const taken = marked === undefined ? 'Ready' : 'NotReady'
  if (!power) return `no power, “${taken}”`
  if (!up) return 'boots'
  return now(state) + SETTLE < ready ? 'pods start' : taken
}

/**
 * What is on a board, with the state of each.
 *
 * @param {State} state
 * @param {Name} name
 */
const partsOf = ({ cluster, setup }, name) => {
  const { address, web, redis } = cluster.state
  const replicas = web.filter(({ board }) => board === name)
  const takes = cluster.known().some(({ board }) => board === name)
  return PARTS.flatMap(({ part, x, width }) => {
    if (part === 'web' && !replicas.length) return []
    if (part === 'Redis' && redis.board !== name) return []
    if (part === 'DNS' && setup.dns === 'single' && name !== 'server') return []
    const text = part === 'web' && replicas.length > 1 ? 'web×2' : part
    const isIn = part === 'ingress' ? address === name : part === 'web' ? takes : true
    const answers = part === 'Redis' ? cluster.answers(redis) : part === 'web' ? replicas.some(cluster.answers) : cluster.serves(name)
    return [{ text, x, width, isIn, answers }]
  })
}

/** @param {State} state @param {Visit} visit */
const legOf = ({ ticks }, { at }) => (ticks - at) / LEG

/** @param {State} state @param {Name} name */
const boardDrawing = (state, name) => {
  const y = TOP[name]
  const { power, up } = state.cluster.state.boards[name]
  const busy = Math.round(busyOf(state, name))
  const stuck = state.visits.filter((visit) => !visit.answered && visit.stops.at(-1)?.board === name && legOf(state, visit) >= visit.stops.length)
  const wait = state.backlog && busy ? `${count(state.backlog)} wait` : stuck.length && `${stuck.length} wait`
  const words = wordsOf(state, name)
  const cores = (/** @type {number} */ from, /** @type {number} */ to) => {
    let path = ''
    for (let core = from; core < to; core++) path += `M${LEFT + 6 + core * 15} ${y + 56}h11v11h-11z`
    return path
  }
  return h(
    'g',
    { key: name, touch: `board:${name}`, label: `${name}: ${words}. ${power ? 'Pull' : 'Put in'} its plug` },
    h('rect', { class: 'paper', x: LEFT, y, ...BOX, 'stroke-dasharray': !up && '4 3' }),
    !power && h('path', { class: 'faint', d: `M${LEFT} ${y}l${BOX.width} ${BOX.height}M${LEFT} ${y + BOX.height}l${BOX.width} ${-BOX.height}` }),
    label(LEFT + 6, y + 17, name),
    label(WIDTH - 5, y + 17, words, { anchor: 'end', tone: 'soft', size: 13 }),
    partsOf(state, name).map(({ text, x, width, isIn, answers }) =>
      h(
        'g',
        { key: text, class: isIn && 'hue' },
        h('rect', { x: LEFT + x, y: y + 25, width, height: 22, 'stroke-dasharray': !answers && '2 3', 'stroke-width': isIn ? 2 : 1 }),
        label(LEFT + x + width / 2, y + 41, text, { anchor: 'middle', size: 13 }),
      ),
    ),
    up && h('path', { d: cores(0, 4) }),
    up && busy > 0 && h('path', { d: cores(0, Math.min(busy, 4)), fill: 'currentColor' }),
    stuck
      .slice(0, PILE)
      .map(({ number, kind }, place) => dot({ key: number, x: LEFT + 84 + place * 17, y: y + 61, letter: letterOf(kind), hollow: true })),
    wait && label(WIDTH - 5, y + 66, wait, { anchor: 'end', size: 13 }),
  )
}

/** @param {{ board: Name, part: string }} stop */
const placeOf = ({ board, part }) => {
  const { x, width } = PARTS.find((it) => it.part === part) ?? PARTS[0]
  return { x: LEFT + x + width / 2, y: TOP[board] + 36 }
}

/** @typedef {{ x: number, y: number }} Point */

/** @param {Point} start @param {Point} end @param {number} part */
const between = (start, end, part) => [start.x + (end.x - start.x) * part, start.y + (end.y - start.y) * part]

/**
 * Between the visitors and an ingress, through the switch.
 *
 * @param {Point} end
 * @param {number} part
 */
const onCable = ({ x, y }, part) => {
  const rise = Math.abs(y - VISITORS.y)
  const gone = part * (x - VISITORS.x + rise)
  const risen = Math.min(Math.max(gone - SWITCH + VISITORS.x, 0), rise)
  return [VISITORS.x + gone - risen, VISITORS.y + Math.sign(y - VISITORS.y) * risen]
}

/** @param {State} state @param {Visit} visit */
const visitDrawing = (state, visit) => {
  const leg = legOf(state, visit)
  const points = visit.stops.map(placeOf)
  const from = Math.floor(leg)
  const part = leg - from
  if (!visit.answered && from >= points.length) return []
  const [x, y] =
    from === 0 ? onCable(points[0], part) : from === points.length ? onCable(points[0], 1 - part) : between(points[from - 1], points[from], part)
  return [dot({ key: visit.number, x, y, letter: letterOf(visit.kind), tone: 'hue' })]
}

/**
 * The clocks that run after a board has lost power: what each waits for, how far it is, and in words.
 *
 * @param {State} state
 * @returns {{ name: string, fraction: number, words: string }[]}
 */
const clocksOf = ({ cluster, setup, outage, ticks, settings }) => {
  const { boards, heard, redis, address } = cluster.state
  const at = ticks * TICK
  const dead = outage?.board ?? 'agent'
  const { log, at: cut } = outage ?? { log: /** @type {import('./core.js').Outage['log']} */ ({}), at }
  const board = boards[dead]
  const isOff = !boards.server.up
  const gone = outage && !board.up
  /**
   * @param {string} name @param {string} event @param {number} since @param {number} length @param {string | false | undefined} never
   */
  const row = (name, event, since, length, never) => {
    if (!outage) return { name, fraction: 0, words: '' }
    if (log[event] !== undefined) return { name, fraction: 1, words: inSeconds(log[event]) }
    if (!gone || never) return { name, fraction: 0, words: never || 'not needed' }
    return { name, fraction: since / length, words: since > 0 ? `${Math.floor(since)} of ${length} s` : 'not yet' }
  }
  const since = (/** @type {number | undefined} */ moment) => (moment === undefined ? 0 : at + SETTLE - moment)
  const unwatched = isOff && 'nobody looks'
  return [
    row('address moves', 'address', since(heard), DEFAULTS.address, address !== dead && `is on the ${address}`),
    row('ingress gives pods up', 'checks', at - cut, CHECK.every * CHECK.fall + CHECK.timeout, !setup.checks && 'no checks'),
    row('NotReady, endpoints out', 'marked', since(board.noticed.at), DEFAULTS.grace, unwatched),
    row('pods evicted', 'evicted', since(board.marked), settings.toleration || 1, unwatched),
    row(
      'Redis elsewhere',
      'redis',
      log.evicted === undefined ? 0 : at - cut - log.evicted,
      DEFAULTS.podStart,
      redis.board === dead ? (setup.volume ? 'bound to its disk' : unwatched) : log.evicted === undefined && `is on the ${redis.board}`,
    ),
  ]
}

/** @param {State} state */
const clocksDrawing = (state) => [
  clocksOf(state).map(({ name, fraction, words }, place) => {
    const y = CLOCKS + place * 20
    return h('g', {}, dial({ x: 8, y: y - 4, radius: 6, fraction }), label(22, y, name), label(WIDTH, y, words, { anchor: 'end', tone: 'soft' }))
  }),
]

/** @param {State} state */
const stripsDrawing = ({ history: strips, outage, ticks }) => {
  const seconds = strips.page.length
  const cut = outage && seconds - Math.floor(ticks * TICK) + Math.floor(outage.at)
  const mark = cut !== undefined && cut >= 0 ? cut : undefined
  return [
    label(0, STRIPS - 8, 'failed, %'),
    label(WIDTH - 52, STRIPS - 8, `last ${Math.max(1, Math.min(seconds, SPAN))} s`, { anchor: 'end', tone: 'soft' }),
    KINDS.map((kind, place) => {
      const y = STRIPS + place * 29
      return h(
        'g',
        {},
        label(0, y + 18, kind),
        history({ x: 66, y, width: WIDTH - 66, height: 22, values: strips[kind], max: 100, mark }),
      )
    }),
  ]
}

/** @param {State} state */
const titleOf = (state) => {
  const { outage } = state
  if (!outage) return 'All is well. Touch a board to unplug it'
  const passed = clockOf(now(state) - outage.at)
  return `${passed} after the ${outage.board} lost power`
}

/** @type {{ [what: string]: (board: Name) => string }} */
const NEWS = {
  pulled: (board) => `The ${board} has no power.`,
  plugged: (board) => `The ${board} boots.`,
  address: (board) => `The address has moved to the ${other(board)}.`,
  checks: (board) => `The ingress has given up the pods of the ${board}.`,
  marked: (board) => `The ${board} is NotReady: its endpoints leave the Services.`,
  evicted: (board) => `The pods of the ${board} are evicted.`,
  redis: (board) => `Redis runs on the ${other(board)}.`,
  back: (board) => `The ${board} is Ready again.`,
}

/** @param {State} state */
const lampOf = (state) => {
  const { wait } = state.load
  if (invariants(state).answered && wait) return lamp(true, `waits ${inSeconds(wait)}`)
  if (invariants(state).answered) return lamp(true, state.failing ? `yes, after ${inSeconds(state.failing)}` : 'yes')
  const shares = answeredOf(state)
  const worst = KINDS.reduce((one, next) => (shares[next] < shares[one] ? next : one))
  const share = Math.floor(100 * shares[worst])
  return lamp(false, `${share} % of ${worst}s`)
}

/** @param {number[]} times in milliseconds */
const inTime = (times) => {
  const isLong = times.some((ms) => ms >= 1000)
  return `${times.map((ms) => (isLong ? ms / 1000 : ms).toFixed(1)).join(' and ')} ${isLong ? 's' : 'ms'}`
}

/** @param {State} state */
const outputsOf = (state) => {
  const { rate, p50, p99 } = state.load
  // So few visits may come that the simulation has answered none.
  return {
    answered: lampOf(state),
    answers: `${count(rate)}/s`,
    times: p50 > 0 ? inTime([p50, p99]) : 'none',
    port: `${Math.round(100 * portOf(state))} %`,
    failed: count(state.failed),
  }
}

export default {
  tick: 25,
  pace: '5 s pass in 1 s',
  stride: 8,
  initial,
  step,
  /** @param {State} state */
  view: (state) => {
    const { cluster, news, visits } = state
    return {
      drawing: svg(
        WIDTH,
        HEIGHT,
        label(0, 14, titleOf(state)),
        label(0, VISITORS.y + 34, 'visitors', { tone: 'soft', size: 13 }),
        label(SWITCH - 14, VISITORS.y - 24, 'switch', { anchor: 'end', tone: 'soft', size: 13 }),
        BOARDS.map((name) => {
          const d = `M${SWITCH} ${VISITORS.y}V${TOP[name] + 36}H${LEFT}`
          return h('path', cluster.state.address === name ? { class: 'hue', 'stroke-width': 2, d } : { class: 'soft', d })
        }),
        h('path', { class: 'soft', d: `M${VISITORS.x} ${VISITORS.y}H${SWITCH}` }),
        h('rect', { class: 'paper', x: SWITCH - 8, y: VISITORS.y - 22, width: 16, height: 44 }),
        h('g', {}, BOARDS.map((name) => boardDrawing(state, name))),
        h('g', { 'pointer-events': 'none' }, visits.flatMap((visit) => visitDrawing(state, visit))),
        clocksDrawing(state),
        stripsDrawing(state),
      ),
      outputs: outputsOf(state),
      says: news && NEWS[news.what](news.board),
    }
  },
  still: {
    settings: { checks: false, dns: 'single', redis: 'server', toleration: 300, replicas: 'strict', load: 'open', rate: 8000, connections: 1000, size: 2 },
    seed: 1,
    ticks: 480,
    events: [{ at: 240, type: 'touch', name: 'board:agent' }],
  },
}
