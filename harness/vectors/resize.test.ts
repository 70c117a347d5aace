import { expect, test } from 'vitest';
import { resampler } from './resize.ts';

const line = (width: number) => ({ height: 1, width, channels: 1 });
const column = (height: number) => ({ height, width: 1, channels: 1 });
const resize = (
  from: Parameters<typeof resampler>[0],
  to: Parameters<typeof resampler>[1],
  values: readonly number[],
) => [...resampler(from, to)(Float64Array.from(values))];

// half-pixel centres by hand: 2 to 4 pixels lie at −0.25, 0.25, 0.75, 1.25, held within the image
test('bilinear lies between the two nearest pixels, and holds the edges', () => {
  expect(resize(line(2), { height: 1, width: 4, method: 'bilinear' }, [0, 8])).toEqual([0, 2, 6, 8]);
  expect(resize(column(2), { height: 4, width: 1, method: 'bilinear' }, [0, 8])).toEqual([0, 2, 6, 8]);
});

// 4 to 2 pixels lie at 0.5 and 2.5: no antialiasing, so 5 to 1 takes the middle one alone
test('shrinking samples, and does not average', () => {
  expect(resize(line(4), { height: 1, width: 2, method: 'bilinear' }, [0, 10, 20, 40])).toEqual([5, 30]);
  expect(resize(line(5), { height: 1, width: 1, method: 'bilinear' }, [1, 2, 30, 4, 5])).toEqual([30]);
});

test('rows and columns are weighed together', () => {
  const values = [0, 4, 8, 12];
  const made = resize({ height: 2, width: 2, channels: 1 }, { height: 3, width: 3, method: 'bilinear' }, values);
  expect(made).toEqual([0, 2, 4, 4, 6, 8, 8, 10, 12]);
});

test('channels stay apart', () => {
  const from = { height: 1, width: 2, channels: 2 };
  expect(resize(from, { height: 1, width: 4, method: 'bilinear' }, [0, 100, 8, 200])).toEqual([
    0, 100, 2, 125, 6, 175, 8, 200,
  ]);
});

// floor((o + 0.5) × 3 / 5) = 0, 0, 1, 2, 2
test('nearest takes the pixel whose centre is nearest', () => {
  expect(resize(line(3), { height: 1, width: 5, method: 'nearest' }, [7, 8, 9])).toEqual([7, 7, 8, 9, 9]);
  expect(resize(line(4), { height: 1, width: 2, method: 'nearest' }, [1, 2, 3, 4])).toEqual([2, 4]);
});

test('an image of the size asked for stays as it is', () => {
  const values = [1, 2, 3, 4, 5, 6];
  for (const method of ['bilinear', 'nearest'] as const)
    expect(resize({ height: 2, width: 3, channels: 1 }, { height: 2, width: 3, method }, values)).toEqual(values);
});
