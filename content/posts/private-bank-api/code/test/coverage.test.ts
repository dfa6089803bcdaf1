import { expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { count } from '../core/judge.js';
import { alone, variants } from '../core/scenarios.js';

test('five tests without a loss run every line of the coordinator', () => {
  const directory = mkdtempSync(`${tmpdir()}/coverage-`);
  const command = ['bun', 'test', '--coverage', '--coverage-reporter=lcov', `--coverage-dir=${directory}`, './test/plain.test.ts'];
  const { exitCode } = Bun.spawnSync(command, { cwd: `${import.meta.dir}/..`, stdout: 'ignore', stderr: 'ignore' });
  const record = readFileSync(`${directory}/lcov.info`, 'utf8').split('end_of_record').find((part) => part.includes('core/saga.js'))!;
  rmSync(directory, { recursive: true });
  const lines = (tag: string) => Number(record.match(new RegExp(`^${tag}:(\\d+)$`, 'm'))![1]);
  expect(exitCode).toBe(0);
  expect(lines('LF')).toBeGreaterThan(20);
  expect(lines('LH')).toBe(lines('LF'));
});

test('the same five notice neither missing keys, nor forgotten refusals, nor silence taken for a refusal', () => {
  const unnoticed = variants.filter((variant) => count({ ...alone(variant), faults: 0 }).wrong === 0).map(({ rule }) => rule);
  expect(unnoticed).toContain('No keys');
  expect(unnoticed).toContain('Refusals not stored');
  expect(unnoticed).toContain('Silence is a refusal');
});
