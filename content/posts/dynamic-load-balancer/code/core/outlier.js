// Traffic as a health check: an instance that keeps failing gets no more of it for a while.

/** @typedef {import('./instance.js').Instance} Instance */

/** @typedef {'ok' | 'failed' | 'aborted'} Outcome */

/**
 * @typedef {object} OutlierSettings
 * @property {number} failures failures in a row that eject; 0 never ejects
 * @property {number} ejectFor how long an ejected instance gets no requests, ms
 * @property {number} failureCountsAs a failed request counts as one that takes this long, ms; 0 counts its real time
 */

/**
 * Notes an answer. Returns true if it ejects the instance.
 *
 * @param {Instance} it
 * @param {Outcome} outcome
 * @param {number} now
 * @param {OutlierSettings} rules
 */
// #region eject
export const judge = (it, outcome, now, rules) => {
  if (outcome === 'aborted') return false // no evidence about the instance
  if (outcome === 'ok') return (it.failuresInARow = 0), false
  if (rules.failureCountsAs > 0) it.charges.push(now + rules.failureCountsAs)
  it.failuresInARow++
  if (rules.failures === 0 || it.failuresInARow < rules.failures) return false
  if (it.ejectedUntil > now) return false // answers that were under way
  it.ejectedUntil = now + rules.ejectFor // the count stays: probation
  return true
}
// #endregion

/**
 * Who may be chosen. A verdict that would leave nobody is ignored: it is likelier to be wrong.
 *
 * @param {readonly Instance[]} all
 * @param {number} now
 */
export const eligible = (all, now) => {
  const healthy = all.filter((it) => it.state === 'ready' && it.healthy)
  if (healthy.length === 0) return all.filter((it) => it.state === 'ready')
  // At most half may be ejected. If more fail, the cause is likely one that they share.
  const trusted = healthy.filter((it) => it.ejectedUntil <= now)
  return trusted.length * 2 >= healthy.length ? trusted : healthy
}

/**
 * Load as the policy sees it. Forgets the charges that have run out.
 *
 * @param {Instance} it
 * @param {number} now
 */
export const charged = (it, now) => {
  while (it.charges.length > 0 && it.charges[0] <= now) it.charges.shift()
  return it.load + it.charges.length
}
