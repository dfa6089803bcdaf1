// Runs the bank once and prints what the article shows.

import { transcript } from './prepared.ts';
import { compare } from './relays.ts';
import { isolation, order, roles, rules } from './tables.ts';
import { bank } from './test/system.ts';

const system = await bank();
await system.reset(['screen']);
const { log, calls, lives } = await system.transfer(['reply', undefined, 'reply', 'request']);
console.log('A transfer that screening refuses, while the coordinator is killed three times:');
console.log(`  commands      ${calls.join(', ')}`);
console.log(`  log           ${log.join(', ')}`);
console.log(`  coordinators  ${lives}`);
console.log(`  balances      ${JSON.stringify(await system.balances())}`);
await system.stop();

for (const [title, rows] of Object.entries({
  'One rule removed, every path counted': rules(),
  'Two sagas, every interleaving': isolation(),
  'The order of undoing': order(),
  'Roles': roles(),
  'Four ways to read an outbox, on PostgreSQL': await compare(),
})) {
  console.log(`\n${title}`);
  console.table(rows);
}
console.log(`\nA prepared transaction\n${await transcript()}`);
