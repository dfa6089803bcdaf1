// A consumer group: lanes that fill by key, consumers that commit in batches, and the minutes that 1.8 million records would take.

import { box, count, dial, dot, h, history, label, lamp, svg } from 'graven'

import { againIn, initial, invariants, notice, recordsIn, slice, step, total, waitingIn } from './core.js'

/** @typedef {import('./core.js').State} State */
/** @typedef {{ x: number, y: number, letter: string, isHot: boolean, again: boolean }} Mark */

const rows = 12
const pitch = 20
/** Where the track of a lane begins, the places in it, and the distance from one to the next. */
const [trackX, slots, gap] = [20, 9, 15]
const trackEnd = trackX + slots * gap + 2
/** Where the links to the consumers begin and end. */
const [linkX, dialX, boxX] = [203, 229, 242]

const middleOf = (/** @type {number} */ row) => row * pitch + 11

// Lanes. All dots of a tone are one path, all letters one text: a hundred dots are two elements.

const disc = (/** @type {Mark} */ { x, y }) => `M${x} ${y}h0`
const ring = (/** @type {Mark} */ { x, y }) => `M${x - 6.4} ${y}a6.4 6.4 0 1 0 12.8 0a6.4 6.4 0 1 0 -12.8 0`

/** @param {Mark[]} marks @param {boolean} isHot */
const discs = (marks, isHot) =>
  h('path', { class: isHot ? 'hue' : 'soft', 'stroke-width': 14, 'stroke-linecap': 'round', d: marks.map(disc).join('') || 'M0 0' })

/** @param {Mark[]} marks @param {string | false} tone */
const letters = (marks, tone) =>
  h(
    'text',
    { class: tone, fill: 'currentColor', stroke: 'none', 'font-size': 13, 'text-anchor': 'middle',
      x: marks.map(({ x }) => x).join(' '), y: marks.map(({ y }) => y + 4.5).join(' ') },
    marks.map(({ letter }) => letter).join(''),
  )

/** @param {State} state @param {number[]} lengths */
const lanes = (state, lengths) => {
  const marks = lengths.flatMap((length, p) =>
    recordsIn(state, p, Math.min(length, slots)).map((record, place) => ({ ...record, x: trackX + 8.5 + place * gap, y: middleOf(p) })))
  const [again, first] = [marks.filter((mark) => mark.again), marks.filter((mark) => !mark.again)]
  return [
    h('path', { class: 'faint', d: lengths.map((_, p) => `M${trackX} ${middleOf(p) - 8.5}h${trackEnd - trackX}v17H${trackX}z`).join('') }),
    discs(first.filter(({ isHot }) => !isHot), false),
    discs(first.filter(({ isHot }) => isHot), true),
    h('path', { d: again.map(ring).join('') || 'M0 0' }),
    letters(first, 'paper'),
    letters(again, false),
    lengths.map((length, p) => [
      label(16, middleOf(p) + 5, p, { anchor: 'end', size: 13, tone: 'soft' }),
      label(linkX - 4, middleOf(p) + 5, count(length), { anchor: 'end' }),
    ]),
  ]
}

// Consumers.

/** @param {State} state */
const idsOf = ({ run, dead }) => [...run.consumers, ...dead].map(({ id }) => id).sort((a, b) => a - b)

/** @param {State} state @param {number} id */
const stateOf = (state, id) => {
  const { run, dead, now } = state
  const gone = dead.find((other) => other.id === id)
  if (gone) return { words: gone.noticed ? 'dead' : 'unnoticed', fraction: gone.noticed ? 0 : (now - gone.at) / notice, isDead: true }
  const consumer = run.consumers.find((other) => other.id === id)
  if (!consumer?.busy || !consumer.last) {
    const owns = run.lanes.some(({ owner }) => owner === id)
    return { words: owns ? 'idle' : 'no lane', fraction: 0, isDead: false }
  }
  const { start, end, records } = consumer.last
  const again = againIn(state, consumer.last)
  return { words: again ? `${records}, old ${again}` : `commit ${records}`, fraction: (now - start) / (end - start), isDead: false }
}

/** @param {State} state */
const consumers = (state) => {
  const ids = idsOf(state)
  const height = (rows * pitch) / ids.length
  const middle = (/** @type {number} */ id) => 1 + (ids.indexOf(id) + 0.5) * height
  const links = state.run.lanes.flatMap(({ owner }, p) => (ids.includes(owner) ? [`M${linkX} ${middleOf(p)}L${dialX - 9} ${middle(owner)}`] : []))
  return [
    h('path', { class: 'faint', d: links.join('') || 'M0 0' }),
    ids.map((id) => {
      const { words, fraction, isDead } = stateOf(state, id)
      const y = middle(id)
      const half = Math.min(height / 2 - 1, 18)
      return [
        dial({ x: dialX, y, radius: 9, fraction, key: `dial ${id}` }),
        label(dialX, y + 4.5, id + 1, { anchor: 'middle', size: 13, key: `number ${id}` }),
        box({ x: boxX, y: y - half, width: 97, height: 2 * half, title: words, stopped: isDead, key: `box ${id}`,
          // A name that changed with each batch would be read out again and again.
          touch: `consumer:${id}`, label: `Consumer ${id + 1}${isDead ? ', dead: start' : ': kill'} it` }),
      ]
    }),
  ]
}

// Minutes, on a logarithmic scale from 0.1 to 1,000.

const [scaleX, scaleEnd] = [128, 284]
const minutes = (/** @type {number} */ rate) => total / rate / 60
const across = (/** @type {number} */ value) =>
  scaleX + ((scaleEnd - scaleX) * (Math.log10(Math.min(Math.max(value, 0.1), 1_000)) + 1)) / 4

const inWords = (/** @type {number} */ value) => (value >= 1e6 ? 'never' : value >= 99.5 ? count(value) : value.toPrecision(value < 1 ? 2 : 3))

/** @param {State} state @param {number} top */
const forecastRows = ({ forecast, settings }, top) => {
  const entries = [
    ['now', forecast.enough < forecast.members ? `${forecast.members}, or only ${forecast.enough}` : 'as it is', forecast.now],
    ['keys', 'even lanes', forecast.keys],
    ['consumers', `${settings.partitions} consumer${settings.partitions > 1 ? 's' : ''}`, forecast.consumers],
    ['commits', `${count(settings.batch * 10)} a commit`, forecast.commits],
  ]
  const line = across(10)
  return [
    label(0, top, 'Minutes for 1.8 million', { size: 13, tone: 'soft' }),
    label(line, top, '10', { anchor: 'middle' }),
    h('path', { d: `M${line} ${top + 4}V${top + 8 + entries.length * 19}`, 'stroke-dasharray': '3 3' }),
    entries.map(([name, words, rate], row) => {
      const y = top + 17 + row * 19
      const value = minutes(Number(rate))
      const isBest = name === forecast.limit
      return [
        label(0, y + 5, words, { tone: isBest ? 'hue' : 'ink' }),
        h('path', { class: 'faint', d: `M${scaleX} ${y}H${scaleEnd}` }),
        dot({ x: across(value), y, tone: isBest ? 'hue' : 'ink', hollow: name !== 'now' && !isBest }),
        label(340, y + 5, inWords(value), { anchor: 'end', tone: isBest ? 'hue' : 'ink' }),
      ]
    }),
  ]
}

/** What the group is bound by. @type {Record<string, string>} */
const limits = { keys: 'keys', consumers: 'consumers', commits: 'commits', records: 'work for a record', machine: 'the two cores' }

/** @param {State} state */
const outputs = (state) => {
  const { shares, now, forecast } = state
  const { once, applied, dropped, lost, doubled } = invariants(state)
  const value = minutes(forecast.now)
  const busiest = shares.indexOf(Math.max(...shares))
  return {
    minutes: lamp(value <= 10, `${inWords(value)} min, ${value <= 10 ? 'in time' : 'late'}`),
    limit: limits[forecast.limit],
    busiest: `${busiest}: ${(100 * shares[busiest]).toPrecision(3)} %`,
    applied: `${count(applied)} in ${count(now * 1e3)} ms`,
    dropped: count(dropped),
    once: lamp(once, once ? undefined : `${count(lost)} lost, ${count(doubled)} twice`),
  }
}

/** @param {State} state */
const view = (state) => {
  const lengths = waitingIn(state)
  return {
    drawing: svg(
      340,
      386,
      lanes(state, lengths),
      consumers(state),
      label(0, 270, 'All that waits', { size: 13, tone: 'soft' }),
      history({ x: scaleX, y: 250, width: 340 - scaleX, height: 28, values: state.history }),
      forecastRows(state, 300),
    ),
    outputs: outputs(state),
    says: state.says,
  }
}

export default {
  tick: slice * 100_000,
  pace: '10 ms pass in 1 s',
  stride: 4,
  initial,
  step,
  view,
  still: {
    settings: { partitions: 12, consumers: 4, keys: 'even', batch: 1, commit: 1.6, record: 12, offset: 'with' },
    seed: 1,
    ticks: 240,
  },
}
