import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { InputError } from '../errors.ts';
import { loadBoards } from './boards.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

// each pair on disk is a file with faults and all that is said of them; `npx vitest run harness/suite -u` writes what is said
test.each(yamlIn('bad-boards'))(
  'the board file %s is refused with every fault, its place and what to write',
  async name => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'boards'));
    copyFileSync(join(fixtures, 'bad-boards', name), join(folder, 'boards', name));
    await expect(`${refusalOf('boards', folder)}\n`).toMatchFileSnapshot(expectedOf('bad-boards', name));
  },
);

test.each(yamlIn('bad-local'))(
  'the boards.local.yaml %s is refused in the file that each value came from',
  async name => {
    const folder = emptyFolder();
    copyFileSync(join(fixtures, 'bad-local', name), join(folder, 'boards.local.yaml'));
    const said = refusalOf(join(fixtures, 'boards'), folder).replaceAll(join(fixtures, 'boards'), 'boards');
    await expect(`${said}\n`).toMatchFileSnapshot(expectedOf('bad-local', name));
  },
);

function yamlIn(folder: string): string[] {
  return readdirSync(join(fixtures, folder)).filter(name => name.endsWith('.yaml'));
}

function expectedOf(folder: string, name: string): string {
  return join(fixtures, folder, name.replace('.yaml', '.expected.txt'));
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-bad-boards-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function refusalOf(boards: string, cwd: string): string {
  try {
    loadBoards([boards], cwd);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'is accepted';
}
