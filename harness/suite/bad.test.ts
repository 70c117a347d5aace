import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readCases } from '../runner/read-cases.ts';
import { loadBoards } from './boards.ts';
import { faultsError } from './fault.ts';
import { writeFiles } from './fixtures/files.ts';
import { readSuites } from './load.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const boards = loadBoards([join(fixtures, 'boards')]);

const folder = mkdtempSync(join(tmpdir(), 'tickmark-bad-'));
cpSync(join(fixtures, 'bad'), join(folder, 'bad'), { recursive: true });
writeFiles(folder);
afterAll(() => rmSync(folder, { recursive: true }));

const names = readdirSync(join(fixtures, 'bad')).filter(name => name.endsWith('.yaml'));

// each pair on disk is a suite with faults and all that is said of them; `npx vitest run harness/suite -u` writes what is said
test.each(names)('%s is refused with every fault, its place and what to write', async name => {
  const expected = join(fixtures, 'bad', name.replace('.yaml', '.expected.txt'));
  await expect(`${refusalOf(`bad/${name}`)}\n`).toMatchFileSnapshot(expected);
});

/** What `tickmark check` says of a suite: its file first, and when that is sound everything that it names. */
function refusalOf(file: string): string {
  const { suites, faults } = readSuites([file], boards, folder);
  const wanted = suites.map(suite => ({ suite, boards: suite.targets.flatMap(target => boards.get(target) ?? []) }));
  return faultsError([...faults, ...readCases(wanted).faults], folder).message;
}
