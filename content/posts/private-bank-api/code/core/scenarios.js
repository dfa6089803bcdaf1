// The rows of the tables: which rule is changed, and in which world.

import { START, creditEarly } from './alone.js';
import { sound, transfer } from './saga.js';
import { ALL_FAULTS, LOSSES } from './world.js';

const [reserve, clear, screen, credit] = transfer;

/** One transfer against the network: the rule that is changed, and the plan where that differs. */
export const variants = [
  { rule: 'None', rules: {} },
  { rule: 'No keys', rules: { keys: 'none' } },
  { rule: 'Refusals not stored', rules: { refusals: 'forgotten' } },
  { rule: 'Undone in forward order', rules: { order: 'forward' } },
  { rule: 'Credit before screening', rules: {}, plan: creditEarly },
  { rule: 'Silence is a refusal', rules: { silence: 'refusal' } },
  { rule: 'Silence is undone', rules: { silence: 'undo' } },
  { rule: 'Silence is undone before the pivot', rules: { silence: 'undo before pivot' } },
  { rule: 'The same, no tombstones', rules: { silence: 'undo before pivot', tombstones: 'none' } },
  { rule: 'Compensation may be refused', rules: { compensation: 'refusable' } },
  { rule: 'Compensation may be postponed', rules: { compensation: 'postponable' } },
  { rule: 'Commands carry a customer token', rules: { identity: 'bearer' } },
];

/** The worlds of the first table, from the kindest to the harshest. */
export const worlds = {
  plain: { faults: 0 },
  losses: {},
  late: { kinds: ALL_FAULTS, changesMind: true },
};

const SHARED = { hold: 0, clearing: 0, ben: 0, cy: 0, room: 100, used: 0 };
const fromBen = [{ ...reserve, move: ['ben', 'hold'] }, clear, screen, { ...credit, move: ['clearing', 'cy'] }];
const creditBeforeScreen = [reserve, clear, credit, screen];
const locking = [{ ...reserve, holds: 'ana' }, clear, screen, { ...credit, frees: 'ana' }];
const closing = [{ op: 'close', at: 'ledger', closes: 'ana' }];
const limitChecked = [reserve, clear, { ...screen, needs: 'room' }, credit, { op: 'record', at: 'screening', move: ['room', 'used'], unguarded: true }];
const limitReserved = [reserve, clear, { ...screen, move: ['room', 'used'] }, credit];

/** Two sagas at a time, in every interleaving. */
export const encounters = [
  { meeting: 'Two transfers, Ana has 100', way: 'Guard inside the update', ana: 100, plans: [transfer, transfer] },
  { meeting: 'Two transfers, Ana has 100', way: 'No guard', ana: 100, plans: [transfer, transfer], rules: { update: 'unguarded' } },
  { meeting: 'Two transfers, Ana has 100', way: 'Guard read first', ana: 100, plans: [transfer, transfer], rules: { update: 'checked before' } },
  { meeting: 'Two transfers, Ana has 100', way: 'Balance read, written back', ana: 100, plans: [transfer, transfer], rules: { update: 'written back' } },
  { meeting: 'Ben spends while Ana pays him', way: 'Credit last', ana: 100, plans: [transfer, fromBen] },
  { meeting: 'Ben spends while Ana pays him', way: 'Credit before screening', ana: 100, plans: [creditBeforeScreen, fromBen] },
  { meeting: 'Ana closes her account', way: 'Open transfers lock it', ana: 100, plans: [locking, closing] },
  { meeting: 'Ana closes her account', way: 'Balance 0 suffices', ana: 100, plans: [locking, closing], rules: { locks: 'none' } },
  { meeting: 'Two transfers, limit 100', way: 'Limit reserved by screening', ana: 300, plans: [limitReserved, limitReserved] },
  { meeting: 'Two transfers, limit 100', way: 'Limit checked, used up later', ana: 300, plans: [limitChecked, limitChecked] },
  { meeting: 'One transfer run twice', way: 'Silence repeated', ana: 300, plans: [transfer, transfer], twins: true, faults: 1 },
  { meeting: 'One transfer run twice', way: 'Silence undone before the pivot', ana: 300, plans: [transfer, transfer], twins: true, faults: 1, rules: { silence: 'undo before pivot' } },
];

export function together({ plans, ana, rules = {}, twins = false, faults = 0 }) {
  return { plans, accounts: { ana, ...SHARED }, rules: { ...sound, ...rules }, faults, kinds: LOSSES, refusals: 1, twins };
}

/** Where the order of undoing matters. */
export const orders = [
  { situation: 'Alone, the hold is empty', scenario: { plans: [transfer], accounts: START, faults: 2 } },
  { situation: 'Another 100 rests in the hold', scenario: { plans: [transfer], accounts: { ...START, hold: 100 }, faults: 2 } },
  { situation: 'Another transfer is under way', scenario: { plans: [transfer, transfer], accounts: START, faults: 0 } },
];

export function undoing(order, { scenario }) {
  return { ...scenario, rules: { ...sound, order }, kinds: LOSSES, refusals: 1, causeNeeded: true };
}
