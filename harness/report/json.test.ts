import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { aCase, aResults } from '../fixtures/results.ts';
import { jsonReporter, readResults, writeResults } from './json.ts';
import { publishCase, publishEnd, reportedRun } from './publish.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tickmark-json-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('results are read back as they were written', () => {
  writeResults({ folder, results: aResults() });
  expect(readResults(folder)).toEqual(aResults());
});

test('the file is whole after every case, with nothing beside it', async () => {
  const result = aCase();
  const results = aResults({ run: { complete: false, finishedAt: null }, cases: [result] });
  await publishCase([jsonReporter()], result, reportedRun(folder, results));
  expect(readResults(folder)).toEqual(results);
  expect(readdirSync(folder)).toEqual(['results.json']);
});

test('where a write takes long, writing is given a tenth of the time, and the end is always written', async () => {
  let nowMs = 0;
  const reporter = jsonReporter(() => (nowMs += 200)); // asked before each case, and after each write
  const written: number[] = [];
  for (let judged = 1; judged <= 25; judged++) {
    const results = aResults({ cases: Array.from({ length: judged }, () => aCase({ metrics: { vectors: 0 } })) });
    await publishCase([reporter], aCase(), reportedRun(folder, results));
    if (readResults(folder).cases.length === judged) written.push(judged);
  }
  expect(written).toEqual([1, 10, 19]);
  await publishEnd([reporter], reportedRun(folder, aResults()));
  expect(readResults(folder)).toEqual(aResults());
});

test.each([
  ['a damaged file', '{"tickmark": 1, "run": {', 'is not JSON'],
  ['another version', JSON.stringify({ ...aResults(), tickmark: 2 }), 'no results file of this version'],
  [
    'a case without verdicts',
    JSON.stringify({ ...aResults(), cases: [{ suite: 'fashion' }] }),
    'no results file of this version',
  ],
  [
    'a time that is none',
    JSON.stringify(aResults({ run: { startedAt: 'yesterday' } })),
    'no results file of this version',
  ],
  ['something else', '[]', 'no results file of this version'],
])('%s is an input error that says what to do', (_, text, what) => {
  writeFileSync(join(folder, 'results.json'), text);
  expect(() => readResults(folder)).toThrow(InputError);
  expect(() => readResults(folder)).toThrow(what);
});

test('a folder without results names what to give', () => {
  expect(() => readResults(join(folder, 'none'))).toThrow(/cannot be read[\s\S]*name the folder of a run/);
});
