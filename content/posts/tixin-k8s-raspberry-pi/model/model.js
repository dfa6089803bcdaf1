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
const VISITORS = { x: 12, y: 116 }
const TRACK = 53 // of visits on a board, between the names of its parts and its cores
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
  const wait = state.backlog && busy ? `${count(state.backlog)} wait` : stuck.length > 0 && `${stuck.length} wait`
  const words = wordsOf(state, name)
  const cores = (/** @type {number} */ from, /** @type {number} */ to) => {
    let path = ''
    for (let core = from; core < to; core++) path += `M${LEFT + 6 + core * 15} ${y + 62}h11v11h-11z`
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
        h('rect', { x: LEFT + x, y: y + 23, width, height: 22, 'stroke-dasharray': !answers && '2 3', 'stroke-width': isIn ? 2 : 1 }),
        label(LEFT + x + width / 2, y + 39, text, { anchor: 'middle', size: 13 }),
      ),
    ),
    up && h('path', { d: cores(0, 4) }),
    up && busy > 0 && h('path', { d: cores(0, Math.min(busy, 4)), fill: 'currentColor' }),
    stuck
      .slice(0, PILE)
      .map(({ number, kind }, place) => dot({ key: number, x: LEFT + 84 + place * 17, y: y + 68, letter: letterOf(kind), hollow: true })),
    wait && label(WIDTH - 5, y + 72, wait, { anchor: 'end', size: 13 }),
  )
}

/** @param {{ board: Name, part: string }} stop */
const placeOf = ({ board, part }) => {
  const { x, width } = PARTS.find((it) => it.part === part) ?? PARTS[0]
  return { x: LEFT + x + width / 2, y: TOP[board] + TRACK }
}

/** @typedef {{ x: number, y: number }} Point */

/**
 * On a board straight ahead, and otherwise through the switch: no visit is drawn over the name of a part.
 *
 * @param {Point} start
 * @param {Point} end
 * @param {number} part
 */
const along = (start, end, part) => {
  const turn = start.y === end.y ? end.x : SWITCH
  const sides = [turn - start.x, end.y - start.y, end.x - turn]
  let left = part * sides.reduce((sum, side) => sum + Math.abs(side), 0)
  const [out, across, on] = sides.map((side) => {
    const gone = Math.min(left, Math.abs(side))
    left -= gone
    return Math.sign(side) * gone
  })
  return [start.x + out + on, start.y + across]
}

/** @param {State} state @param {Visit} visit */
const visitDrawing = (state, visit) => {
  const leg = legOf(state, visit)
  const points = visit.stops.map(placeOf)
  const from = Math.floor(leg)
  const part = leg - from
  if (!visit.answered && from >= points.length) return []
  const [x, y] = from === points.length ? along(VISITORS, points[0], 1 - part) : along(points[from - 1] ?? VISITORS, points[from], part)
  return [dot({ key: visit.number, x, y, letter: letterOf(visit.kind), tone: 'hue' })]
}

/**
 * The clocks that run while a board does not answer: what each waits for, how far it is, and in words. Of two such boards they are those of the one
 * without power, or else of the one that lost it last.
 *
 * @param {State} state
 * @returns {{ name: string, fraction: number, words: string }[]}
 */
const clocksOf = (state) => {
  const { cluster, setup, outages, settings } = state
  const { boards, heard, redis, address } = cluster.state
  const at = now(state)
  const cutOf = (/** @type {Name} */ name) => outages[name]?.at ?? 0
  const rank = (/** @type {Name} */ name) => (boards[name].power ? 0 : 1e9) + cutOf(name)
  const [dead] = BOARDS.filter((name) => !cluster.serves(name)).sort((one, next) => rank(next) - rank(one))
  const board = boards[dead ?? 'agent']
  const rest = other(dead ?? 'agent')
  const log = outages[dead]?.log ?? {}
  const since = (/** @type {number | undefined} */ moment) => (moment === undefined ? 0 : at + SETTLE - moment)
  /**
   * @param {string} name @param {string} event @param {number} passed @param {number} length @param {string | false | undefined} never
   */
  const row = (name, event, passed, length, never) => {
    if (!dead) return { name, fraction: 0, words: '' }
    if (log[event] !== undefined) return { name, fraction: 1, words: inSeconds(log[event]) }
    if (never) return { name, fraction: 0, words: never }
    return { name, fraction: passed / length, words: passed > 0 ? `${Math.floor(passed)} of ${length} s` : 'not yet' }
  }
  const isAlone = cluster.serves(rest)
  const unwatched = !boards.server.up ? 'nobody looks' : board.up && 'is up again'
  const noRedis = setup.volume || board.evicted ? 'bound to its disk' : unwatched
  const starts = isAlone ? redis.ready - at - SETTLE : 0
  return [
    row(
      'address moves',
      'address',
      since(Math.max(heard, boards[rest].ready)),
      DEFAULTS.address,
      isAlone ? address === rest && `is on the ${rest}` : 'nowhere to go',
    ),
    row(
      'ingress gives pods up',
      setup.checks ? 'checks' : '',
      at - cutOf(dead),
      CHECK.every * CHECK.fall + CHECK.timeout,
      !setup.checks ? 'no checks' : !isAlone ? 'no ingress' : !board.checked && 'already',
    ),
    // The controller looks every 5 s, so it may be late.
    row(
      'NotReady, endpoints out',
      'marked',
      Math.min(since(board.noticed.at), DEFAULTS.grace),
      DEFAULTS.grace,
      board.marked !== undefined ? 'already' : unwatched,
    ),
    row('pods evicted', 'evicted', since(board.marked), settings.toleration || 1, board.evicted ? 'already' : unwatched),
    row(
      'Redis elsewhere',
      'redis',
      starts > 0 ? DEFAULTS.podStart - starts : 0,
      DEFAULTS.podStart,
      redis.board === dead ? noRedis : starts <= 0 && `is on the ${rest}`,
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
const stripsDrawing = ({ history: strips, outages, ticks }) => {
  const seconds = strips.page.length
  const cut = seconds - Math.floor(ticks * TICK) + Math.floor(Math.max(...Object.values(outages).map(({ at }) => at)))
  const mark = cut >= 0 ? cut : undefined
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
  const { cluster, outages, well, plugged, failing } = state
  const off = BOARDS.filter((name) => !cluster.state.boards[name].power)
  const since = (/** @type {number} */ moment) => clockOf(now(state) - moment)
  const cuts = off.map((name) => outages[name]?.at ?? 0)
  if (off.length) return `${since(Math.max(...cuts))} after ${off.length > 1 ? 'both boards' : `the ${off[0]}`} lost power`
  if (well !== undefined) return well ? `All is well again, for ${since(well)}` : 'All is well. Touch a board to unplug it'
  if (BOARDS.every(cluster.serves)) return `Visits fail, for ${clockOf(failing)}`
  return `${since(plugged)} after power came back`
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
  if (invariants(state).answered) return lamp(true, state.failing ? `yes, after failing ${inSeconds(state.failing)}` : 'yes')
  const shares = answeredOf(state)
  const worst = KINDS.reduce((one, next) => (shares[next] < shares[one] ? next : one))
  const share = Math.floor(100 * shares[worst])
  return lamp(false, `${share} % of ${worst}s, for ${inSeconds(state.fails ? state.failing : 0)}`)
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
          const d = `M${SWITCH} ${VISITORS.y}V${TOP[name] + TRACK}H${LEFT}`
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
