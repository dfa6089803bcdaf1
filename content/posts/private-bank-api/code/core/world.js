// @ts-nocheck: this code is without types, and what runs it in the figure has them.
// One path: sagas that take turns, a network that loses, delays and repeats, services that refuse. Everything that may go either way is a `choose`.

import { bank } from './bank.js';
import { entry, next } from './saga.js';
import { entryForSilence } from './silence.js';

/**
 * What the network may do to one message, and how the path continues.
 * `request`: the request is lost. `reply`: the step takes effect, the reply is lost or the coordinator dies before its log has it.
 * `late`: the request is delayed past the timeout and arrives later. `twice`: the request is delivered again later.
 */
export const LOSSES = ['request', 'reply'];
export const ALL_FAULTS = [...LOSSES, 'late', 'twice'];

/**
 * Runs a scenario to its end along the path that `choose` picks.
 * `plans`: one list of steps for each saga. `faults`: how many the network may spend, `kinds`: of which sort.
 * `refusals`: how many steps the business may refuse; `changesMind`: and whether it may accept them when asked again.
 * `twins`: two coordinators run the same saga, each with a log, because the first was taken for dead.
 */
export function play({ plans, accounts, rules, faults, kinds, refusals, changesMind = false, twins = false }, choose) {
  const sagas = plans.map((plan, index) => ({ id: twins ? 't1' : `t${index + 1}`, plan, rules, log: [] }));
  for (const saga of sagas) saga.command = next(saga, saga.log);
  const business = decisions({ rules, refusals, changesMind }, choose);
  const services = bank({ accounts, rules, refuses: business.refuses });
  const network = unreliable({ services, faults, kinds }, choose);
  for (;;) {
    const open = sagas.filter(({ command }) => !command.end);
    if (open.length === 0) break;
    network.deliverSome();
    turn(open[open.length > 1 ? choose(open.length) : 0], services, network);
  }
  network.deliverAll();
  const ends = sagas.map(({ command }) => command.end);
  return { ends, balances: services.balances, refused: business.refused(), logs: sagas.map(({ log }) => log), calls: network.calls };
}

/** One message of one saga. A service that reads before it writes takes two turns. */
function turn(saga, services, network) {
  const { command } = saga;
  const { update } = saga.rules;
  const readsFirst = (update === 'checked before' || update === 'written back') && command.move && !command.undoes;
  if (readsFirst && saga.seen === undefined) {
    saga.seen = services.read(command.move[0]);
    return;
  }
  const answer = network.send(command, saga.seen);
  saga.seen = undefined;
  const line = answer === undefined ? entryForSilence(command, saga.rules) : answer === 'later' ? undefined : entry(command, answer);
  if (line === undefined) return;
  saga.log.push(line);
  saga.command = next(saga, saga.log);
}

function unreliable({ services, faults, kinds }, choose) {
  let spent = 0;
  const calls = [];
  const underway = [];

  function send(command, seen) {
    const fault = spent < faults ? [undefined, ...kinds][choose(kinds.length + 1)] : undefined;
    calls.push({ key: command.key, fault });
    if (fault) spent++;
    if (fault === 'late' || fault === 'twice') underway.push(command);
    if (fault === 'request' || fault === 'late') return undefined;
    const answer = services.handle(command, seen);
    return fault === 'reply' ? undefined : answer;
  }

  return {
    send,
    calls,
    deliverSome() {
      for (let index = underway.length - 1; index >= 0; index--) {
        if (choose(2) === 1) services.handle(underway.splice(index, 1)[0]);
      }
    },
    deliverAll() {
      for (const command of underway.splice(0)) services.handle(command);
    },
  };
}

/**
 * Which steps the business refuses. A decision holds for the path, unless `changesMind`: then a refused step is decided anew each time it is judged.
 * `choose` is also given the key of the step, for those who decide by it.
 */
export function decisions({ rules, refusals, changesMind }, choose) {
  const decided = new Map();
  let left = refusals;
  let postponed = false;
  let expired = false;

  function refuses({ key, undoes }) {
    if (rules.identity === 'bearer' && !expired) expired = choose(2) === 1;
    if (expired) return 'refused';
    if (undoes) return refusesUndo();
    const before = decided.get(key);
    if (before === 'ok' || (before === 'refused' && !changesMind)) return before;
    if (before === undefined && left === 0) return 'ok';
    const verdict = choose(2, key) === 1 ? 'refused' : 'ok';
    if (before === undefined && verdict === 'refused') left--;
    decided.set(key, verdict);
    return verdict;
  }

  function refusesUndo() {
    if (rules.compensation === 'accepted' || postponed) return 'ok';
    postponed = choose(2) === 1;
    if (!postponed) return 'ok';
    return rules.compensation === 'postponable' ? 'later' : 'refused';
  }

  return { refuses, refused: () => [...decided].filter(([, verdict]) => verdict === 'refused').map(([key]) => key) };
}
