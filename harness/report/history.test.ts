import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptRuns, restoreHistory } from './history.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tickmark-history-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const embedded = (name: string, content: unknown) =>
  `d('history/${name}','${Buffer.from(JSON.stringify(content)).toString('base64')}')`;

test('the newest runs of a page’s history are kept, with room for this one; its trends are whole', () => {
  const history = { abc: { statistic: { total: 9 }, items: [{ uid: 'newest' }, { uid: 'older' }, { uid: 'oldest' }] } };
  const page = `<script>${embedded('history.json', history)};${embedded('duration-trend.json', [1, 2, 3])}</script>`;
  writeFileSync(join(folder, 'index.html'), page);
  restoreHistory(folder, folder, 3);
  const restored = (name: string) => JSON.parse(readFileSync(join(folder, 'history', name), 'utf8')) as unknown;
  expect(restored('history.json')).toEqual({ abc: { ...history.abc, items: [{ uid: 'newest' }, { uid: 'older' }] } });
  expect(restored('duration-trend.json')).toEqual([1, 2, 3]);
});

test('a report of thousands of cases keeps fewer runs', () => {
  const results = join(folder, 'allure-results');
  mkdirSync(results);
  const add = (count: number) => {
    for (let index = 0; index < count; index++) writeFileSync(join(results, `${count}-${index}-result.json`), '');
  };
  add(3);
  expect(keptRuns(results)).toBe(20);
  add(1000);
  expect(keptRuns(results)).toBe(5);
});
