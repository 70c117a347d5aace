import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type FormatName, formats, isFormat, parseFormat } from './formats.ts';

/** Every pair of format and pattern in the schemas: the format is checked here, the pattern by editors. */
const patterns = new Map<FormatName, RegExp>();
for (const schema of ['suite.schema.json', 'board.schema.json']) {
  JSON.parse(readFileSync(new URL(schema, import.meta.url), 'utf8'), (_, value) => {
    if (value?.pattern && isFormat(value.format)) patterns.set(value.format, new RegExp(value.pattern, 'u'));
    return value;
  });
}

const quantities = [
  '12 ms',
  '850us',
  '850 µs',
  '3 ns',
  '1.5 s',
  '10 min',
  '10 KiB',
  '2MiB',
  '256 kB',
  '1 MB',
  '7 B',
].concat(
  ['400 kcycles', '2 Mcycles', '9 cycles', '250 kinstructions', '1 instructions', '125 MHz', '1 GHz', '99.5 %', '1 pp'],
  [
    '0',
    '0.85',
    '1',
    '1.0',
    '1.2',
    '12',
    '12 KB',
    '12 parsecs',
    '-3 ms',
    '',
    'x',
    '1e3 ms',
    '.5 s',
    '5. s',
    '1,5 s',
    '1 2 s',
  ],
);
const texts = quantities.flatMap(quantity => [
  quantity,
  `<= ${quantity}`,
  `<=${quantity}`,
  `≤ ${quantity}`,
  `>= ${quantity}`,
  `< ${quantity}`,
]);

test('every format has a pattern for editors', () => {
  expect([...patterns.keys()].sort()).toEqual(Object.keys(formats).sort());
});

test.each([...patterns])('the pattern of %s accepts what the format reads, and nothing else', (format, pattern) => {
  const disagreed = texts.filter(text => pattern.test(text) !== (parseFormat(format, text).fault === undefined));
  expect(disagreed).toEqual([]);
});

test('a bound that nothing can meet, a quantity of nothing, and a time that no timer takes are refused', () => {
  expect(parseFormat('percent-at-least', '>= 101 %').fault).toMatch(/cannot be met/);
  expect(parseFormat('bytes-at-most', '<= -1 B').fault).toMatch(/below 0/);
  expect(parseFormat('duration-with-unit', '0 s').fault).toMatch(/more than 0/);
  expect(parseFormat('duration-with-unit', '36000 min').fault).toBe(
    '"36000 min" is too much: write "2147483.6 s" at most',
  );
  expect(parseFormat('duration-with-unit', '2147483.6 s').fault).toBeUndefined();
  expect(parseFormat('bytes-at-most', '<= 0 B')).toEqual({ value: 0 });
});
