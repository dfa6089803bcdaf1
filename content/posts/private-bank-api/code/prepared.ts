// Two-phase commit's price, shown on PostgreSQL: a prepared debit outlives its session and the server, and keeps its lock.

import { SQL } from 'bun';
import { create, url } from './services/databases.ts';

export async function transcript(): Promise<string> {
  const owner = await create('prepared', 'schema.sql');
  await owner`INSERT INTO account VALUES ('ana', 'ana', 300)`;
  const lines: string[] = [];
  await session(owner, lines, [
    'BEGIN',
    "UPDATE account SET balance = 200 WHERE id = 'ana'",
    "PREPARE TRANSACTION 't1'",
  ]);
  await owner.end();
  const { exitCode } = Bun.spawnSync(process.env.PG_RESTART!.trim().split(' '), { cwd: '/', stdout: 'ignore', stderr: 'inherit' });
  if (exitCode !== 0) throw new Error('the server did not restart');
  lines.push('-- the server is restarted');
  const after = new SQL(url('prepared'), { max: 1 });
  await session(after, lines, ["SET lock_timeout = '1s'", "UPDATE account SET balance = 0 WHERE id = 'ana'"]);
  await after.unsafe("ROLLBACK PREPARED 't1'");
  await after.end();
  return `${lines.join('\n')}\n`;
}

async function session(sql: SQL, lines: string[], statements: string[]) {
  const connection = await sql.reserve();
  for (const statement of statements) {
    lines.push(`${statement};`);
    await connection.unsafe(statement).catch((error: Error) => lines.push(`ERROR:  ${error.message}`));
  }
  connection.release();
}
