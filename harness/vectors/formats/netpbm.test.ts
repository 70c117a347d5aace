import { expect, test } from 'vitest';
import type { Fail } from '../fail.ts';
import { readNetpbm } from './netpbm.ts';

const fail: Fail = (what, fix) => new Error(`${what}: ${fix}`);
const pnm = (header: string, data: readonly number[] = []) =>
  Buffer.concat([Buffer.from(header), Uint8Array.from(data)]);

test.each<[string, Uint8Array, readonly number[], readonly number[]]>([
  ['a binary graymap', pnm('P5\n2 1\n255\n', [10, 255]), [1, 2, 1], [10, 255]],
  ['a binary pixmap', pnm('P6 1 2 255\n', [1, 2, 3, 4, 5, 6]), [2, 1, 3], [1, 2, 3, 4, 5, 6]],
  ['16 bits, the high byte first', pnm('P5 2 1 1000\n', [3, 232, 0, 1]), [1, 2, 1], [1000, 1]],
  ['a plain graymap', pnm('P2\n3 1\n15\n0 7\n15\n'), [1, 3, 1], [0, 7, 15]],
  ['a plain pixmap', pnm('P3 1 1 255 1 2 3'), [1, 1, 3], [1, 2, 3]],
  ['comments', pnm('P2 # gray\n#all of it\n2 # wide\n1\n255 # bright\n 4 #four\n5'), [1, 2, 1], [4, 5]],
  ['white space as the first samples', pnm('P5 2 1 255\n', [10, 32]), [1, 2, 1], [10, 32]],
])('%s is read', (_, file, shape, values) => {
  const image = readNetpbm(file, fail);
  expect([...image.values]).toEqual(values);
  expect(image.shape).toEqual(shape);
});

test.each<[string, Uint8Array, RegExp]>([
  ['a bitmap', pnm('P4 8 1\n', [1]), /begins with "P4", not P2, P3, P5 or P6/],
  ['nothing', pnm(''), /begins with ""/],
  ['half a header', pnm('P5 2 '), /its header is not width, height and largest value/],
  ['no pixels', pnm('P5 0 1 255\n'), /says it is 0 × 1 pixels/],
  ['more pixels than memory', pnm('P5 999999999 999999999 255\n'), /says it is 999999999 × 999999999 pixels/],
  ['a largest value of 0', pnm('P5 1 1 0\n', [0]), /its largest value is 0/],
  ['a largest value beyond 16 bits', pnm('P5 1 1 65536\n', [0, 0]), /its largest value is 65536/],
  ['too few samples', pnm('P5 2 2 255\n', [1, 2, 3]), /says 4 samples of 1 bytes, and 3 bytes follow/],
  ['two images', pnm('P5 1 1 255\n', [1, 2]), /2 bytes follow: .*one image a file/],
  ['too few plain samples', pnm('P2 2 1 9 1'), /says 2 samples, and 1 follow/],
  ['too many plain samples', pnm('P2 2 1 9 1 2 3'), /says 2 samples, and 3 follow/],
  ['a plain sample that is none', pnm('P2 1 1 9 -1'), /has the sample "-1"/],
  ['a sample above the largest', pnm('P5 1 1 15\n', [16]), /a sample above 15/],
])('%s is refused by name', (_, file, message) => {
  expect(() => readNetpbm(file, fail)).toThrow(message);
});
