import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aResults } from '../fixtures/results.ts';
import { previousReport } from './history.ts';
import { writeResults } from './json.ts';
import { runsIn, storedRun } from './runs.ts';

let out = '';
beforeEach(() => (out = mkdtempSync(join(tmpdir(), 'tickmark-runs-'))));
afterEach(() => rmSync(out, { recursive: true }));

function aRun(name: string, startedAt: string, page = 'page'): string {
  const folder = join(out, name);
  writeResults({ folder, results: aResults({ run: { id: name, startedAt } }) });
  mkdirSync(join(folder, 'allure-report'));
  if (page) writeFileSync(join(folder, 'allure-report', 'index.html'), page);
  return folder;
}

test('runs are ordered by when they started, whatever their folders are named', () => {
  const folders = [aRun('b', '2026-01-03T00:00:00.000Z'), aRun('c', '2026-01-01T00:00:00.000Z')];
  const last = aRun('a', '2026-01-05T00:00:00.000Z');
  expect(runsIn(out).map(({ folder }) => folder)).toEqual([...folders.toReversed(), last]);
});

test('the page before a run’s own is that of the run that started before it and has one', () => {
  const older = aRun('z', '2026-01-01T00:00:00.000Z');
  aRun('y', '2026-01-02T00:00:00.000Z', '');
  const own = aRun('b', '2026-01-03T00:00:00.000Z');
  aRun('a', '2026-01-04T00:00:00.000Z');
  expect(previousReport(own)).toBe(join(older, 'allure-report'));
  expect(previousReport(older)).toBeNull();
});

test('a folder without results, or with some that are damaged, is no run', () => {
  mkdirSync(join(out, 'empty'));
  mkdirSync(join(out, 'damaged'));
  writeFileSync(join(out, 'damaged', 'results.json'), '{"tickmark"');
  mkdirSync(join(out, 'folder', 'results.json'), { recursive: true });
  expect(runsIn(out)).toEqual([]);
  expect(runsIn(join(out, 'absent'))).toEqual([]);
  expect(storedRun(join(out, 'empty'))).toBeUndefined();
});
