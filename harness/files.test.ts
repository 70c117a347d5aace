import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { notWritten, readNamed, writeWhole } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'tickmark-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a file is written whole, and no draft of it is left', () => {
  writeWhole(join(folder, 'deep', 'a.txt'), 'one');
  writeWhole(join(folder, 'deep', 'a.txt'), 'two');
  expect(readNamed(join(folder, 'deep', 'a.txt')).toString()).toBe('two');
  expect(readdirSync(join(folder, 'deep'))).toEqual(['a.txt']);
});

test('a full disk is said with the way out', () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  expect(notWritten('results.json', full).message).toMatch(
    /results\.json: cannot be written \(ENOSPC\)\n.*free some space/,
  );
});

test('a folder or a file in the way is said so', () => {
  writeFileSync(join(folder, 'taken'), '');
  expect(() => writeWhole(join(folder, 'taken', 'a.txt'), '')).toThrow(/a file lies where its folder has to be/);
  expect(() => writeWhole(folder, '')).toThrow(/a folder has this name/);
});

test.each([
  ['a file that is not there', () => join(folder, 'nowhere'), /cannot be read \(ENOENT\)/],
  ['a folder', () => folder, /it is a folder/],
  ['a device that never ends', () => '/dev/zero', /it is a device, a pipe or a socket/],
])('%s is refused by name', (_, path, message) => {
  expect(() => readNamed(path())).toThrow(message);
});

test('a file beyond the limit is refused before it is read', () => {
  writeFileSync(join(folder, 'large'), new Uint8Array(3 << 20));
  expect(() => readNamed(join(folder, 'large'), 2 << 20)).toThrow(/is larger than 2 MiB/);
});
