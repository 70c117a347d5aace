import { expect, test } from 'vitest';
import { entryPoint } from './entry.ts';

test('a compiled module starts its compiled sibling, with no loader', () => {
  const entry = entryPoint('broker', 'file:///package/dist/runner/run.js');
  expect(entry.url.href).toBe('file:///package/dist/runner/broker.js');
  expect(entry.path).toBe('/package/dist/runner/broker.js');
  expect(entry.execArgv).toEqual([]);
});

test('a module of the source tree starts its TypeScript sibling through tsx, from any working directory', () => {
  const entry = entryPoint('broker', 'file:///checkout/harness/runner/run.ts');
  expect(entry.url.href).toBe('file:///checkout/harness/runner/broker.ts');
  expect(entry.execArgv[0]).toBe('--import');
  expect(decodeURIComponent(entry.execArgv[1] ?? '')).toMatch(/^data:text\/javascript,import .*file:\/\/\/.*tsx/);
});
