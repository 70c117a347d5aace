import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { loadBoards } from './boards.ts';
import { loadSuite } from './load.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const boards = loadBoards([join(fixtures, 'boards')]);

// each pair on disk is a suite with faults and all that is said of them; `npx vitest run harness/suite -u` writes what is said
test.each(readdirSync(join(fixtures, 'bad')).filter(name => name.endsWith('.yaml')))(
  '%s is refused with every fault, its place and what to write',
  async name => {
    await expect(`${refusalOf(`bad/${name}`)}\n`).toMatchFileSnapshot(
      join(fixtures, 'bad', name.replace('.yaml', '.expected.txt')),
    );
  },
);

function refusalOf(file: string): string {
  try {
    loadSuite(file, boards, fixtures);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}
