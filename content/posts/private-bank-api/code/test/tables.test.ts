import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { pure, real } from '../tables.ts';

const results = `${import.meta.dir}/../../results`;

describe('the article shows what the code computes', () => {
  for (const [name, table] of Object.entries({ ...pure, ...real })) {
    test(name, async () => {
      expect(existsSync(`${results}/${name}`)).toBe(true);
      expect(await table()).toBe(await Bun.file(`${results}/${name}`).text());
    });
  }
});
