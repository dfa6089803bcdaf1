// The coordinator's log: one line for each thing it knows, `SAGA ENTRY`. The first is `SAGA begin CUSTOMER ACTION`: who asked, and what was permitted when
// they did. A line counts once it is on the disk with its newline.

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';

export type Saga = { subject: string; granted: string; lines: string[] };

export function openLog(path: string) {
  const sagas = replay(path);
  const file = openSync(path, 'a');
  return {
    sagas,
    append(saga: string, line: string) {
      writeSync(file, `${saga} ${line}\n`);
      fsyncSync(file);
      sagas.get(saga)!.lines.push(line);
    },
    close: () => closeSync(file),
  };
}

/** What each saga's log says. A last line without its newline was being written when the coordinator died: nobody has acted on it. */
function replay(path: string): Map<string, Saga> {
  const sagas = new Map<string, Saga>();
  if (!existsSync(path)) return sagas;
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  for (const line of whole.split('\n').filter(Boolean)) {
    const [saga, ...rest] = line.split(' ');
    if (rest[0] === 'begin') sagas.set(saga, { subject: rest[1], granted: rest[2], lines: [] });
    else sagas.get(saga)?.lines.push(rest.join(' '));
  }
  return sagas;
}
