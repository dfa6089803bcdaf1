// @ts-nocheck: this code is without types, and what runs it in the figure has them.
// One transfer against the network.

import { sound, transfer } from './saga.js';
import { LOSSES } from './world.js';

const [reserve, clear, screen, credit] = transfer;
export const START = { ana: 300, hold: 0, clearing: 0, ben: 0, shop: 0 };

/** Ben spends what he is credited at once, as the harshest case of what a customer may do. */
const spent = { ...credit, then: ['ben', 'shop'] };
const creditLast = [reserve, clear, screen, spent];
export const creditEarly = [reserve, clear, spent, screen];

/** With some rules changed, and another plan than the sound one. */
export function alone({ rules, plan = creditLast }) {
  const kept = { ...sound, ...rules };
  return { plans: [plan], accounts: START, rules: kept, faults: 2, kinds: LOSSES, refusals: 1, causeNeeded: kept.silence === 'repeat' };
}
