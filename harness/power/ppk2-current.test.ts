import { expect, test } from 'vitest';
import { metadataText } from './fixtures/ppk2-words.ts';
import { ppk2Current } from './ppk2-current.ts';
import { metadataIn, readMetadata } from './ppk2-metadata.ts';

const metadata = readMetadata(metadataIn(metadataText) ?? new Map());
if ('fault' in metadata) throw new Error(metadata.fault);
const { calibration } = metadata;

type Read = readonly [range: number, adc: number];

/** mA of what the converter read, one after the other, at 3.3 V. */
function currentsOf(...reads: readonly Read[]): number[] {
  const current = ppk2Current(calibration, 3300);
  return reads.map(([range, adc]) => current.filtered(range, current.of(range, adc)));
}

// The figures are what ppk2-api-python makes of the same words and metadata.
test.each<[...Read, number]>([
  [0, 705, 0.029695711263885476],
  [1, 700, 0.29598118531627043],
  [2, 704, 3.088722155519073],
  [3, 700, 32.052338214288945],
  [4, 400, 289.00821976007273],
  [0, 0, -0.0011822742702837373],
  [4, 16383, 24063.07026858787],
])('in range %i %i steps are %f mA', (range, adc, ma) => {
  expect(currentsOf([range, adc])[0]).toBeCloseTo(ma, 9);
});

test('after a change of range a rolling average stands, and the last range is let settle before it counts', () => {
  const reads: Read[] = [
    [2, 704],
    [2, 704],
    [3, 700],
    [3, 700],
    [3, 700],
    [3, 700],
    [4, 400],
    [4, 410],
    [4, 420],
    [4, 430],
    [0, 705],
    [4, 400],
    [4, 410],
    [1, 700],
  ];
  const theirs = [
    3.088722155519073, 3.088722155519073, 8.302173046097648, 12.577202776372083, 16.08272715519712, 32.052338214288945,
    9.439025098565066, 9.439025098565066, 27.150334224305613, 312.45043339234695, 93.44513100889529, 41.61402150660063,
    41.61402150660063, 76.67828404065106,
  ];
  for (const [index, ma] of currentsOf(...reads).entries()) expect(ma).toBeCloseTo(theirs[index] ?? Number.NaN, 9);
});

test('the supply shifts what is measured, by the range', () => {
  const [less = 0, more = 0] = [3300, 4300].map(mv => ppk2Current(calibration, mv).of(4, 400));
  expect(more - less).toBeCloseTo(2.940743, 9);
});

test('after a gap no average of before it is left', () => {
  const current = ppk2Current(calibration, 3300);
  const next = (range: number, adc: number) => current.filtered(range, current.of(range, adc));
  next(2, 704);
  current.restart();
  expect(next(3, 700)).toBeCloseTo(32.052338214288945, 9);
  expect(next(3, 700)).toBeCloseTo(32.052338214288945, 9);
});
