import { verdict } from './judge.js';
import { paths } from './paths.js';
import { play } from './world.js';

/** How many paths a scenario has, and how they end. */
export function count(scenario) {
  const tally = { paths: 0, right: 0, quiet: 0, stuck: 0, overdrawn: 0, causeless: 0 };
  for (const { outcome } of paths((choose) => verdict(scenario, play(scenario, choose)))) {
    tally.paths++;
    tally[outcome]++;
  }
  return { ...tally, wrong: tally.paths - tally.right };
}
