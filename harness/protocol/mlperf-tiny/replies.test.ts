import { expect, test } from 'vitest';
import type { Line } from './lines.ts';
import { bufferBytes, isWornOf, lapsIn, questionOf, resultsIn, shortInputIn } from './replies.ts';

function lines(...texts: readonly string[]): readonly Line[] {
  return texts.map(text => ({ text, end: 'crlf', atMs: 0 }));
}

test.each([
  ['m-redy', true],
  ['-ready', true],
  ['m-red', true],
  ['m-reaby', true],
  ['m-ready', false],
  ['m-re', false],
  ['m-reayd', false],
  ['m-ready!', false],
  ['e-ready!', false],
])('%s is what is left of m-ready: %s', (text, is) => {
  expect(isWornOf(text, 'm-ready')).toBe(is);
});

test('results are texts, and a comma after the last is none', () => {
  expect(resultsIn(lines('m-results-[0.023,0.977,]'))).toEqual(['0.023', '0.977']);
  expect(resultsIn(lines('m-results-[10.567]'))).toEqual(['10.567']);
  expect(resultsIn(lines('m-results-[0.023,0.977'))).toBeUndefined();
  expect(resultsIn(lines('m-results-[0.1,,0.2]'))).toEqual(['0.1', '', '0.2']);
});

test('a reading of the clock has no more than 32 bits', () => {
  const readings = lapsIn(
    lines('m-lap-us-4294967295', 'm-lap-us-4294967296', 'm-lap-us-', 'm-lap-us-7 ', 'm-lap-us-0'),
  );
  expect(readings.map(({ us }) => us)).toEqual([4_294_967_295, 0]);
});

test('a line of the buffer has whole bytes, and may end with a dash', () => {
  expect(lines('m-buffer-0a-FF', 'm-buffer-0a-', 'm-buffer-0', 'm-buffer--0a', 'm-buffer').map(bufferBytes)).toEqual([
    Buffer.of(10, 255),
    Buffer.of(10),
    undefined,
    undefined,
    undefined,
  ]);
});

test('sizes are told by a line that is no error', () => {
  expect(shortInputIn(lines('Input db has 640 elemented, expected 490'))).toEqual({ got: 640, want: 490 });
});

test.each([
  ['m-name-dut-[x]', 'name'],
  ['m-model-[kws01]', 'profile'],
  ['m-[Expecting 490 bytes]', 'db load'],
  ['m-load-done', 'db'],
  ['m-infer-done', 'infer'],
  ['m-results-[1]', 'results'],
  ['Initialized', undefined],
])('%s answers %s', (text, question) => {
  expect(questionOf(lines(text))).toBe(question);
});
