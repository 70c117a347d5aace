import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generated, typesOf } from './types.ts';

test.each(generated)('$types is what `npm run types` makes of $schema', async ({ schema, types }) => {
  const committed = readFileSync(new URL(`../harness/suite/${types}`, import.meta.url), 'utf8');
  expect(await typesOf(schema)).toBe(committed);
});
