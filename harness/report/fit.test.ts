import { expect, test } from 'vitest';
import { fitted, widthOf, wrapped } from './fit.ts';

test('a text that is too wide keeps both its ends, and a character is never cut in half', () => {
  expect(fitted('vibration-anomaly on rp2040js-pico', 15)).toBe('vibrati…js-pico');
  expect(fitted('😀'.repeat(60), 9)).toBe(`${'😀'.repeat(4)}…${'😀'.repeat(4)}`);
  expect(fitted('fits', 4)).toBe('fits');
});

test('a line is broken at spaces, and what follows stands further in', () => {
  expect(wrapped('    failed  golden: differs in 2 of 300 vectors', 30)).toEqual([
    '    failed  golden: differs in',
    '        2 of 300 vectors',
  ]);
});

test('colours take no room, and a word that is wider than the line is left whole', () => {
  const line = `\u001b[31mfailed\u001b[39m ${'x'.repeat(50)} end`;
  expect(wrapped(line, 20)).toEqual(['\u001b[31mfailed\u001b[39m', `    ${'x'.repeat(50)}`, '    end']);
  expect(wrapped(line, 100)).toEqual([line]);
  expect(wrapped('', 10)).toEqual(['']);
  expect(widthOf('‼ broken')).toBe(8);
});
