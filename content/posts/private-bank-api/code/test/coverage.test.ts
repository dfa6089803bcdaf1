import { expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { variants } from '../core/scenarios.js';

/** Runs the five tests by themselves, with the rules of the variant, and returns whether all pass. */
function fivePass(rule: string, ...options: string[]): boolean {
  const { rules } = variants.find((variant) => variant.rule === rule)!;
  const env = { ...process.env, CHANGED_RULES: JSON.stringify(rules) };
  const command = ['bun', 'test', ...options, './test/plain.test.ts'];
  return Bun.spawnSync(command, { cwd: `${import.meta.dir}/..`, env, stdout: 'ignore', stderr: 'ignore' }).exitCode === 0;
}

test('five tests without a loss run every line of the coordinator', () => {
  const directory = mkdtempSync(`${tmpdir()}/coverage-`);
  const passed = fivePass('None', '--coverage', '--coverage-reporter=lcov', `--coverage-dir=${directory}`);
  const record = readFileSync(`${directory}/lcov.info`, 'utf8').split('end_of_record').find((part) => part.includes('core/saga.js'))!;
  rmSync(directory, { recursive: true });
  const lines = (tag: string) => Number(record.match(new RegExp(`^${tag}:(\\d+)$`, 'm'))![1]);
  expect(passed).toBe(true);
  expect(lines('LF')).toBeGreaterThan(20);
  expect(lines('LH')).toBe(lines('LF'));
});

for (const rule of ['No keys', 'Refusals not stored', 'Silence is a refusal']) {
  test(`the same five pass with this rule changed: ${rule}`, () => {
    expect(fivePass(rule)).toBe(true);
  });
}

test('the same five fail when steps are undone in forward order', () => {
  expect(fivePass('Undone in forward order')).toBe(false);
});
