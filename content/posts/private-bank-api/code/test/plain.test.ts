// The tests that anyone writes first: one for each way a transfer can end when no message is lost. `coverage.test.ts` says what they are worth: it runs them again with
// one rule changed.

import { expect, test } from 'bun:test';
import { paths } from '../core/paths.js';
import { sound, transfer } from '../core/saga.js';
import { LOSSES, play } from '../core/world.js';

const rules = { ...sound, ...JSON.parse(process.env.CHANGED_RULES ?? '{}') };
const START = { ana: 300, hold: 0, clearing: 0, ben: 0 };

function transferRefusedAt(op?: string) {
  const scenario = { plans: [transfer], accounts: START, rules, faults: 0, kinds: LOSSES, refusals: 1 };
  const all = [...paths((choose) => play(scenario, choose))].map(({ outcome }) => outcome);
  return all.find(({ refused }) => refused[0] === (op && `t1/${op}`))!;
}

test('a transfer that nobody refuses pays Ben', () => {
  expect(transferRefusedAt()).toMatchObject({ ends: ['done'], balances: { ana: 200, hold: 0, clearing: 0, ben: 100 } });
});

for (const { op } of transfer) {
  test(`a transfer whose ${op} is refused leaves every balance as it was`, () => {
    expect(transferRefusedAt(op)).toMatchObject({ ends: ['undone'], balances: START });
  });
}
