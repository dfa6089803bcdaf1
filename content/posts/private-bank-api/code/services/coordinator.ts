// The coordinator: finishes every saga that its log has begun. It may be killed anywhere; the next one replays the log and repeats what is not confirmed.
// Usage: bun coordinator.ts LOG KEYS SERVICE=URL...

import './supervised.ts';
import { entry, next, sound, transfer } from '../core/saga.js';
import { openLog, type Saga } from './log.ts';
import { seal } from './message.ts';

const [path, keys, ...services] = process.argv.slice(2);
const urls = new Map(services.map((pair) => pair.split('=') as [string, string]));
const TIMEOUT_MS = 2000;
const PAUSE_MS = 100;
const AMOUNT = 100;

const log = openLog(path);
await Promise.all([...log.sagas].map(([id, saga]) => finish({ id, plan: transfer, rules: sound }, saga)));
log.close();
process.exit(0);

async function finish(course: { id: string; plan: any[]; rules: any }, saga: Saga) {
  for (;;) {
    const command = next(course, saga.lines);
    if (command.end) return;
    const answer = await send(command, saga);
    // Silence is not a refusal: the same command, with the same key, once more.
    if (answer === undefined) await Bun.sleep(PAUSE_MS);
    else log.append(course.id, entry(command, answer));
  }
}

async function send({ at, key, op, saga, move, undoes }: any, { subject, granted }: Saga): Promise<string | undefined> {
  const content = { to: at, key, op, saga, amount: AMOUNT, move, undoes, asked: { subject, granted } };
  try {
    const body = JSON.stringify(seal(content, 'coordinator', keys));
    const response = await fetch(`${urls.get(at)}/step`, { method: 'POST', body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return response.ok ? (await response.json() as { answer: string }).answer : undefined;
  } catch {
    return undefined;
  }
}
