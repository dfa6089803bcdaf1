// Paths of the pure core, walked again by real processes.

import { paths } from '../core/paths.js';
import { next, sound, transfer } from '../core/saga.js';
import { LOSSES, play } from '../core/world.js';
import { bank } from './system.ts';

type System = Awaited<ReturnType<typeof bank>>;
type Path = ReturnType<typeof modelPaths>[number];

const scenario = { plans: [transfer], accounts: { ana: 300, hold: 0, clearing: 0, ben: 0 }, rules: sound, kinds: LOSSES, refusals: 1 };

/** Every path of one transfer with at most `faults` losses. */
export function modelPaths(faults: number) {
  return [...paths((choose) => play({ ...scenario, faults }, choose))].map(({ outcome }) => outcome);
}

/** What the model says of a path: the end, the log, the commands in order, the coordinators it took, the balances. */
export function foretold({ ends, logs, calls, balances }: Path) {
  return { end: ends[0], log: logs[0], calls: calls.map(({ key }) => key), lives: 1 + calls.filter(({ fault }) => fault).length, balances };
}

/** The same of real processes: every loss of the path is a kill -9 of the coordinator, before or after the step's transaction. */
export async function walk(system: System, { refused, calls }: Path) {
  await system.reset(refused.map((key) => key.replace('t1/', '')));
  const walked = await system.transfer(calls.map(({ fault }) => fault));
  const { end } = next({ id: 't1', plan: transfer, rules: sound }, walked.log);
  return { end, ...walked, balances: await system.balances() };
}

/** All paths with at most `faults` kills, by the step that was refused: how many the processes followed to the same log and the same balances. */
export async function walkAll(faults: number) {
  const system = await bank();
  const rows = new Map<string, { refused: string; paths: number; kills: number; same: number; ana: number; ben: number }>();
  for (const path of modelPaths(faults)) {
    const refused = path.refused[0]?.replace('t1/', '') ?? 'none';
    const real = await walk(system, path);
    const { ana, ben } = real.balances;
    const row = rows.get(refused) ?? { refused, paths: 0, kills: 0, same: 0, ana, ben };
    row.paths++;
    row.kills += real.lives - 1;
    row.same += Number(Bun.deepEquals(real, foretold(path)));
    rows.set(refused, row);
  }
  await system.stop();
  return ['none', ...transfer.map(({ op }) => op)].map((refused) => rows.get(refused)!);
}
