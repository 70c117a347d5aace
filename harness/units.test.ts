import { expect, test } from 'vitest';
import {
  formatApart,
  formatQuantity,
  parseBound,
  parseQuantity,
  ticksToLatency,
  ticksToUs,
  type Unit,
} from './units.ts';

test.each<[string, Unit, number]>([
  ['12 ms', 'µs', 12_000],
  ['850us', 'µs', 850],
  ['850 µs', 'µs', 850], // micro sign
  ['850 μs', 'µs', 850], // Greek mu
  ['10 min', 'µs', 600e6],
  ['10 KiB', 'B', 10_240],
  ['2 MiB', 'B', 2_097_152],
  ['256 kB', 'B', 256_000],
  ['99 %', '%', 99],
  ['99.5%', '%', 99.5],
  ['-0.5 pp', 'pp', -0.5],
  ['400 kcycles', 'cycles', 400_000],
  ['250 kinstructions', 'instructions', 250_000],
  ['125 MHz', 'Hz', 125e6],
  ['0.85', '1', 0.85],
])('%s is read in the base unit %s', (text, unit, value) => {
  expect(parseQuantity(text, unit)).toEqual({ value });
});

test('a decimal is scaled exactly, so that a bound is what was written', () => {
  expect(1.005 * 1000).not.toBe(1005);
  expect(parseQuantity('1.005 ms', 'µs')).toEqual({ value: 1005 });
});

test.each<[string, Unit, RegExp]>([
  ['12', 'µs', /"12" has no unit: write "12 ms", "12 µs" or "12 s"/],
  ['10 KB', 'B', /write "10 KiB" \(1024 bytes\) or "10 kB" \(1000 bytes\)/],
  ['10 KiB', 'µs', /"10 KiB" is a size, not a time/],
  ['12 parsecs', 'µs', /"parsecs" is no unit of a time/],
  ['12 toString', 'B', /"toString" is no unit of a size/],
  ['soon', 'µs', /"soon" is no time/],
  ['1e3 ms', 'µs', /write/],
  ['', 'B', /is no size/],
  ['85 %', '1', /^"85 %" is a percentage, not a plain number: write "0.85"$/],
  ['good', '1', /^"good" is no plain number: write "12"$/],
  [`${'9'.repeat(400)} s`, 'µs', /^"9{40}…" is too large for a time$/],
])('"%s" as %s is refused with what to write', (text, unit, message) => {
  expect(parseQuantity(text, unit).fault).toMatch(message);
});

test.each(['<= 12 ms', '<=12ms', '≤ 12 ms', ' <=  12   ms '])('"%s" is an upper bound', text => {
  expect(parseBound(text, 'µs', '<=')).toEqual({ value: { relation: '<=', limit: 12_000 } });
});

test.each(['>= 95 %', '≥95%'])('"%s" is a lower bound', text => {
  expect(parseBound(text, '%', '>=')).toEqual({ value: { relation: '>=', limit: 95 } });
});

test.each<[string, Unit, '<=' | '>=', RegExp]>([
  ['>= 10 KiB', 'B', '<=', /needs an upper bound, since less is better: write "<= 10 KiB"/],
  ['<= 95 %', '%', '>=', /needs a lower bound, since more is better: write ">= 95 %"/],
  ['12 ms', 'µs', '<=', /"12 ms" is no bound: write "<= 12 ms"/],
  ['< 12 ms', 'µs', '<=', /write "<= 12 ms"/],
  ['95', '%', '>=', /write ">= 95 %"/],
  ['<= 12', 'µs', '<=', /"12" has no unit: write "<= 12 ms", "<= 12 µs" or "<= 12 s"/],
  ['10240', 'B', '<=', /"10240" is no bound: write "<= 10240 KiB", "<= 10240 B" or "<= 10240 MiB"/],
  ['0.85', '1', '>=', /^"0.85" is no bound: write ">= 0.85"$/],
  ['>= 85 %', '1', '>=', /is a percentage, not a plain number: write ">= 0.85"$/],
  ['fast', 'µs', '<=', /"fast" is no bound: write "<= 12 ms"/],
])('the bound "%s" of %s with %s is refused with what to write', (text, unit, relation, message) => {
  expect(parseBound(text, unit, relation).fault).toMatch(message);
});

test.each<[number, Unit, string]>([
  [10_035, 'B', '9.8 KiB'],
  [10_240, 'B', '10 KiB'],
  [900, 'B', '900 B'],
  [312_412, 'cycles', '312.4 kcycles'],
  [12_345, 'µs', '12.3 ms'],
  [0, 'LSB', '0 LSB'],
  [97.25, '%', '97.3 %'],
  [99.96, '%', '99.96 %'],
  [99.9996, '%', '99.9996 %'],
  [99.5, '%', '99.5 %'],
  [100, '%', '100 %'],
  [-0.04, 'pp', '0 pp'],
  [125e6, 'Hz', '125 MHz'],
  [0.85, '1', '0.85'],
  [0.0034, '1', '0.0034'],
  [0.987_654, '1', '0.9877'],
  [0.999_955_6, '1', '0.999956'],
  [0.99, '1', '0.99'],
  [-12.3456, '1', '-12.35'],
  [1234.56, '1', '1234.6'],
  [123_456, '1', '123456'],
  [0, '1', '0'],
  [1e-300, '1', '0'],
])('%d in base unit %s is shown as %s', (value, unit, text) => {
  expect(formatQuantity(value, unit)).toBe(text);
});

test.each<[string, Unit, string]>([
  ['<= 0,5', '1', '"<= 0.5"'],
  ['<= .5', '1', '"<= 0.5"'],
  ['<= 1e-3', '1', '"<= 0.001"'],
  ['<= 2,5 ms', 'µs', '"<= 2.5 ms"'],
  ['0,5', '1', '"<= 0.5"'],
  ['<= fast', 'µs', '"<= 12 ms"'],
])('"%s" for a bound in %s is answered with the number that was meant', (text, unit, meant) => {
  expect(parseBound(text, unit, '<=').fault).toContain(meant);
});

test('a value just over its limit is shown with the decimals that tell them apart', () => {
  expect(formatApart(10_241, 10_240, 'B')).toEqual({ measured: '10.001 KiB', limit: '10 KiB' });
  expect(formatApart(999.9, 1000, 'µs')).toEqual({ measured: '0.9999 ms', limit: '1 ms' });
  expect(formatApart(10_240, 10_240, 'B')).toEqual({ measured: '10 KiB', limit: '10 KiB' });
  expect(formatApart(0.003_400_2, 0.0034, '1')).toEqual({ measured: '0.0034002', limit: '0.0034' });
});

test('ticks become µs where the clock was real, and stay a count where it was modelled', () => {
  expect(ticksToUs(1_500_000, 125e6)).toBe(12_000);
  expect(ticksToLatency(64_000, 'silicon', { tickHz: 64e6, clockHz: 64e6 })).toBe(1000);
  expect(ticksToLatency(400_000, 'modelled-cycles', { tickHz: 125e6, clockHz: 125e6 })).toBe(400_000);
  expect(ticksToLatency(1000, 'instructions', { tickHz: 25e6, clockHz: 100e6 })).toBe(4000);
});
