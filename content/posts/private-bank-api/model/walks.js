// Every path of one transfer under the rules of the figure, and its place in the grid: what is lost first, and who refuses.

import { alone, creditEarly } from '../code/core/alone.js'
import { verdict } from '../code/core/judge.js'
import { paths } from '../code/core/paths.js'
import { play } from '../code/core/world.js'

/**
 * The switches of the figure, on where a rule is kept, and what silence means.
 *
 * @typedef {{ keys: boolean, stored: boolean, last: boolean, reverse: boolean, tombstones: boolean, late: boolean, silence: string }} Settings
 *
 * @typedef {{ key: string, fault: string | undefined }} Call
 *
 * `index` is the place among the paths of a cell.
 *
 * @typedef {{ trail: number[], isRight: boolean, verdict: string, name: string, cell: string, index: number }} Walk
 */

/** What the choice `silence` means to the coordinator, where that is not its name. */
const silences = new Map([['again', 'repeat'], ['pivot', 'undo before pivot']])

/** @param {Settings} settings */
const rulesOf = ({ keys, stored, reverse, tombstones, silence }) => ({
  ...(!keys && { keys: 'none' }),
  ...(!stored && { refusals: 'forgotten' }),
  ...(!reverse && { order: 'forward' }),
  ...(!tombstones && { tombstones: 'none' }),
  silence: silences.get(silence) ?? silence,
})

/**
 * The scenario of one transfer: at most two losses as in the article's table, or one, where a lost request arrives later and a refusal may be reconsidered.
 *
 * @param {Settings} settings
 */
export const scenarioOf = (settings) => ({
  ...alone({ rules: rulesOf(settings), plan: settings.last ? undefined : creditEarly }),
  ...(settings.late && { faults: 1, kinds: ['late', 'reply'], changesMind: true }),
})

/** @param {string} key */
export const stepOf = (key) => key.slice(key.indexOf('/') + 1)

/**
 * What a reader can do to a transfer: the key of the step that is refused, the messages that are lost. Two paths with one name differ in when a late message arrives.
 *
 * @param {string | undefined} refused
 * @param {Call[]} calls
 */
export const nameOf = (refused, calls) => [refused, ...calls.map(({ fault }) => fault)].join()

/** What the settings have been counted for: a reader goes back and forth between two. @type {{ [settings: string]: Walk[] }} */
const counted = {}

/**
 * Every path under these settings.
 *
 * @param {Settings} settings
 */
export const walksOf = (settings) => (counted[JSON.stringify(settings)] ??= walksOfScenario(scenarioOf(settings)))

/** @param {ReturnType<typeof scenarioOf>} scenario */
const walksOfScenario = (scenario) => {
  const run = (/** @type {(ways: number) => number} */ choose) => {
    /** @type {string | undefined} */
    let refused
    const outcome = play(scenario, (/** @type {number} */ ways, /** @type {string | undefined} */ key) => {
      const way = choose(ways)
      if (key && way) refused ??= key
      return way
    })
    const { calls } = outcome
    const lost = calls.find(({ fault }) => fault)
    const where = lost ? `${stepOf(lost.key)}/${lost.fault === 'reply' ? 'up' : 'down'}` : 'none/down'
    const end = verdict(scenario, outcome)
    return { verdict: end, isRight: end === 'right', name: nameOf(refused, calls), cell: `${where}/${stepOf(refused ?? 'none')}` }
  }
  /** @type {Map<string, number>} */
  const sizes = new Map()
  return [...paths(run)].map(({ trail, outcome }) => {
    const index = sizes.get(outcome.cell) ?? 0
    sizes.set(outcome.cell, index + 1)
    return { trail, ...outcome, index }
  })
}
