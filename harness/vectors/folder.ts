import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { InputError } from '../errors.ts';
import type { Fail } from './fail.ts';
import { inputExtensions, isInput, kindOf } from './kinds.ts';

/** Whether a path is a folder; false for whatever is not there. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * The inputs in a folder and its folders, sorted by path in code units, with / between folders: files of one kind, known by their extension;
 * hidden files, those of `except` (absolute) and files of no kind are passed over. Throws `fail(…)` for several kinds, and for none.
 */
export function filesOfFolder(folder: string, except: readonly string[], fail: Fail): readonly string[] {
  const files = inputFiles(folder, except, fail);
  const kinds = [...new Set(files.map(file => familyOf(file, fail)))];
  if (kinds.length > 1) {
    const examples = kinds.map(kind => files.find(file => familyOf(file, fail) === kind));
    throw fail(
      `holds several kinds of inputs: ${examples.join(', ')}`,
      'keep one kind, or name the files in vectors.labels',
    );
  }
  if (files.length === 0) throw fail(`holds no input`, `put ${inputExtensions} files into it`);
  return files;
}

/** The kind of an input; images of either format go together. */
export function familyOf(file: string, fail: Fail): string {
  const kind = kindOf(file, fail);
  return kind === 'netpbm' ? 'png' : kind;
}

/** Every input in a folder and its folders, of whatever kind, sorted. */
export function inputFiles(folder: string, except: readonly string[], fail: Fail): readonly string[] {
  const found: string[] = [];
  const open = [''];
  for (let inside = open.pop(); inside !== undefined; inside = open.pop()) {
    for (const entry of entriesOf(join(folder, inside))) {
      const name = posix.join(inside, entry.name);
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) open.push(name);
      else if (isInput(name) && !except.includes(join(folder, name))) found.push(name);
    }
    if (found.length + open.length > filesLimit)
      throw fail(`holds more than ${filesLimit} files`, 'give a smaller folder');
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

const filesLimit = 200_000;

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new InputError(`cannot be listed (${code})`, folder, 'allow reading it', { cause });
  }
}
