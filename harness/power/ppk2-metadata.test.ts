import { expect, test } from 'vitest';
import { metadataText } from './fixtures/ppk2-words.ts';
import { metadataIn, type Ppk2Metadata, readMetadata } from './ppk2-metadata.ts';

function read(text: string): Ppk2Metadata | { readonly fault: string } {
  const lines = metadataIn(text);
  if (!lines) throw new Error('incomplete');
  return readMetadata(lines);
}

function readWhole(text: string): Ppk2Metadata {
  const metadata = read(text);
  if ('fault' in metadata) throw new Error(metadata.fault);
  return metadata;
}

test('all of it is read, and nothing is to be noted of a meter that is calibrated', () => {
  const { calibration, mode, vddMv, notes } = readWhole(metadataText);
  expect(calibration.r).toEqual([1003.3506, 101.5865, 10.3027, 0.9636, 0.0564]);
  expect(calibration.i[4]).toBe(-0.009388455);
  expect(calibration.ug).toEqual([1, 1, 1.02, 1, 1]);
  expect({ mode, vddMv, notes }).toEqual({ mode: 'source', vddMv: 3000, notes: [] });
});

test('it is incomplete until its last line, wherever the bytes are cut', () => {
  const whole = metadataText.indexOf('END') + 3;
  for (let end = 0; end < whole; end += 7) expect(metadataIn(metadataText.slice(0, end))).toBeUndefined();
  expect(metadataIn(metadataText.slice(0, whole))?.size).toBe(40);
});

test.each([
  ['a banner', 'PPK2 firmware 1.2.4\r\n*** Booting ***\r\n'],
  ['a banner that ends no line', 'hello '],
  ['samples of an earlier run', '\u0012\u00f0END\u0001\n\u0000Calibrated\u0000'],
  ['half an answer', metadataText.slice(0, 200)],
])('%s before it does no harm', (_, before) => {
  expect(read(before + metadataText)).toEqual(read(metadataText));
});

test('other orders and line ends of other firmware are the same metadata', () => {
  const lines = metadataText.trim().split('\n').slice(1, -1);
  const other = ['Calibrated: 1', ...lines.toReversed(), 'END'].join('\r\n');
  expect(read(other)).toEqual(read(metadataText));
});

test('a meter that is not calibrated measures, and says so', () => {
  expect(readWhole(metadataText.replace('Calibrated: 1', 'Calibrated: 0')).notes).toEqual([
    'it says that it is not calibrated',
  ]);
});

test('what may be missing is taken as the maker’s application takes it, and told', () => {
  const text = metadataText.replace(/^UG3: .*$/m, 'UG3: -nan').replace(/^S1: .*\n/m, '');
  const { calibration, notes } = readWhole(text);
  expect([calibration.ug[3], calibration.s[1]]).toEqual([1, 0]);
  expect(notes).toEqual(['it has no S1; taken as 0', 'it has UG3: -nan; taken as 1']);
});

test.each<[RegExp, string, string]>([
  [/^R2: .*$/m, 'R2: 0.00000', 'R2: 0.00000'],
  [/^R4: .*$/m, 'R4: -nan', 'R4: -nan'],
  [/^R0: .*\n/m, '', 'no R0'],
  [/^GI1: .*$/m, 'GI1: 31.5', 'GI1: 31.5'],
  [/^GS4: .*$/m, 'GS4: 1.0', 'GS4: 1.0'],
  [/^O3: .*$/m, 'O3: 0.1e9', 'O3: 0.1e9'],
  [/^S0: .*$/m, 'S0: 1', 'S0: 1'],
  [/^UG0: .*$/m, 'UG0: 0', 'UG0: 0'],
  [/^R1: .*$/m, `R1: ${'9'.repeat(5000)}`, `R1: ${'9'.repeat(40)}`],
])('a meter where %s is another cannot be computed with: %#', (line, instead, fault) => {
  expect(read(metadataText.replace(line, instead))).toEqual({ fault });
});

test('every fault is told at once', () => {
  expect(read('Calibrated: 1\nEND')).toEqual({
    fault: ['R', 'GS', 'GI', 'O'].flatMap(name => [0, 1, 2, 3, 4].map(range => `no ${name}${range}`)).join(', '),
  });
});
