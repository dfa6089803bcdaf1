import { expect, test } from 'bun:test';
import { alone } from '../core/alone.js';
import { count } from '../core/count.js';
import { verdict } from '../core/judge.js';
import { follow, paths } from '../core/paths.js';
import { permit, questions } from '../core/roles.js';
import { encounters, variants, together, worlds } from '../core/scenarios.js';
import { play } from '../core/world.js';

test('paths visits every combination of choices once, and the number of ways may depend on earlier choices', () => {
  const seen = [...paths((choose) => (choose(2) === 0 ? 'a' : `b${choose(3)}`))];
  expect(seen.map(({ outcome }) => outcome)).toEqual(['a', 'b0', 'b1', 'b2']);
  expect(seen.map(({ trail }) => trail)).toEqual([[0], [1, 0], [1, 1], [1, 2]]);
});

test('a trail replays its path', () => {
  const scenario = { ...alone(variants[1]), ...worlds.late };
  let replayed = 0;
  for (const { trail, outcome } of paths((choose) => play(scenario, choose))) {
    if (++replayed % 50 === 0) expect(play(scenario, follow(trail))).toEqual(outcome);
  }
  expect(replayed).toBe(5275);
});

test('with every rule kept no path is wrong, whatever is lost, late or repeated', () => {
  for (const world of Object.values(worlds)) {
    const { paths: total, wrong } = count({ ...alone(variants[0]), ...world });
    expect(total).toBeGreaterThan(4);
    expect(wrong).toBe(0);
  }
});

test('with every rule kept two sagas are right when one message is lost, too', () => {
  const kept = encounters.filter(({ ana, rules, way }) => ana === 100 && !rules && way !== 'Credit before screening');
  expect(kept.length).toBe(3);
  for (const encounter of kept) {
    expect(count({ ...together(encounter), faults: 1 }).wrong).toBe(0);
  }
});

test('no path makes money or destroys it, even where a rule is broken', () => {
  for (const variant of variants) {
    const scenario = { ...alone(variant), ...worlds.late };
    const sums = new Set<number>();
    for (const { outcome } of paths((choose) => play(scenario, choose))) {
      sums.add(Object.values(outcome.balances).reduce((sum, balance) => sum + balance, 0));
    }
    expect([...sums]).toEqual([300]);
  }
});

test('without keys the accounts in between are empty on 37 of the 103 wrong paths', () => {
  const scenario = alone({ rules: { keys: 'none' } });
  const wrong = [...paths((choose) => play(scenario, choose))].filter(({ outcome }) => verdict(scenario, outcome) !== 'right');
  expect(wrong.length).toBe(103);
  expect(wrong.filter(({ outcome: { balances } }) => balances.hold === 0 && balances.clearing === 0).length).toBe(37);
});

test('72 questions about roles, 17 of them answered yes', () => {
  expect(questions().length).toBe(72);
  expect(questions().filter(({ yes }) => yes).length).toBe(17);
});

test('a caller without an identity does not own the accounts without an owner', () => {
  expect(permit({ role: 'customer', subject: undefined }, 'account:read', undefined)).toBe(false);
});
