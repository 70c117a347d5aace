import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findSuites } from './find.ts';

const cwd = mkdtempSync(join(tmpdir(), 'tickmark-find-'));
afterAll(() => rmSync(cwd, { recursive: true }));
for (const name of ['suites/fashion', 'suites/vibration-anomaly', 'elsewhere/kws', 'empty']) {
  mkdirSync(join(cwd, name), { recursive: true });
  if (name !== 'empty') writeFileSync(join(cwd, name, 'suite.yaml'), '');
}
mkdirSync(join(cwd, 'suites/training'));

const fashion = join(cwd, 'suites/fashion/suite.yaml');
const vibration = join(cwd, 'suites/vibration-anomaly/suite.yaml');
const kws = join(cwd, 'elsewhere/kws/suite.yaml');

test.each<[string, string]>([
  ['elsewhere/kws/suite.yaml', kws],
  ['elsewhere/kws', kws],
  ['elsewhere/kws/', kws],
  [kws, kws],
  ['fashion', fashion],
  ['suites/fashion', fashion],
])('%s names a suite', (arg, file) => {
  expect(findSuites([arg], cwd)).toEqual([file]);
});

test('no argument means every suite below ./suites, in order', () => {
  expect(findSuites([], cwd)).toEqual([fashion, vibration]);
});

test('a suite that is named twice is found once', () => {
  expect(findSuites(['fashion', 'suites/fashion/suite.yaml', 'elsewhere/kws'], cwd)).toEqual([fashion, kws]);
});

test.each([
  'vibraton-anomaly',
  'suites/vibraton-anomaly',
  'suites/vibraton-anomaly/',
  'suites/vibraton-anomaly/suite.yaml',
])('for %s the near miss is suggested, with the suites that are here', arg => {
  expect(() => findSuites([arg], cwd)).toThrow(
    /there is no such suite\. Did you mean "vibration-anomaly"\?\n.*suites here: fashion, vibration-anomaly/,
  );
});

test('below the folder that has the suites, the folder that was looked in is named', () => {
  const below = join(cwd, 'suites', 'fashion');
  expect(() => findSuites(['suites/fashion'], below)).toThrow(`there is none in ${join(below, 'suites')}`);
});

test('a folder without a suite.yaml, and a place without suites, are said so', () => {
  expect(() => findSuites(['empty'], cwd)).toThrow(/empty: the folder has no suite\.yaml/);
  expect(() => findSuites([], join(cwd, 'empty'))).toThrow(/there is no suite/);
  expect(() => findSuites([''], cwd)).toThrow(/name a suite file/);
});
