import { expect, test } from 'vitest';
import type { Preprocess } from '../suite/suite.ts';
import type { Fail } from './fail.ts';
import { prepare } from './preprocess.ts';
import type { Shape } from './shape.ts';

const fail: Fail = (what, fix, at = []) => new Error(`${at.join('.')}: ${what}: ${fix}`);

function run(steps: readonly Preprocess[], shape: Shape, values: readonly number[]) {
  const prepared = prepare(steps, shape, fail);
  const made = [...prepared.transform(Float32Array.from(values))].map(vector => [...vector]);
  return { shape: prepared.shape, made };
}

test('no step leaves the values as they are', () => {
  const values = Int16Array.from([1, 2]);
  expect([...prepare([], [2], fail).transform(values)]).toEqual([values]);
});

test('scale maps one range to the other, and beyond', () => {
  expect(run([{ kind: 'scale', from: [0, 255], to: [-1, 1] }], [3], [0, 255, 510]).made).toEqual([[-1, 1, 3]]);
});

test('clip holds values within its range', () => {
  expect(run([{ kind: 'clip', low: -1, high: 2 }], [3], [-5, 1.5, 5]).made).toEqual([[-1, 1.5, 2]]);
});

test('normalize takes one number for all, or one a channel', () => {
  expect(run([{ kind: 'normalize', mean: [1], std: [2] }], [4], [1, 3, 5, -1]).made).toEqual([[0, 1, 2, -1]]);
  expect(run([{ kind: 'normalize', mean: [1, 10], std: [2] }], [2, 2], [1, 10, 3, 14]).made).toEqual([[0, 0, 1, 2]]);
  expect(run([{ kind: 'normalize', mean: [0], std: [1, 10] }], [1, 2, 2], [1, 10, 3, 20]).made).toEqual([[1, 1, 3, 2]]);
});

test('window cuts along the first axis, and leaves out a rest that is too short', () => {
  const window: Preprocess = { kind: 'window', size: 2, hop: 2 };
  expect(run([window], [5, 1], [1, 2, 3, 4, 5])).toEqual({
    shape: [2, 1],
    made: [
      [1, 2],
      [3, 4],
    ],
  });
  expect(run([{ ...window, hop: 1 }], [3, 2], [1, 2, 3, 4, 5, 6]).made).toEqual([
    [1, 2, 3, 4],
    [3, 4, 5, 6],
  ]);
  expect(run([{ ...window, hop: 9 }], [5], [1, 2, 3, 4, 5]).made).toEqual([[1, 2]]);
});

test('steps behind a window see each window, and overlaps unchanged', () => {
  const steps: Preprocess[] = [
    { kind: 'window', size: 2, hop: 1 },
    { kind: 'scale', from: [0, 1], to: [0, 10] },
  ];
  expect(run(steps, [3], [1, 2, 3]).made).toEqual([
    [10, 20],
    [20, 30],
  ]);
});

test('gray is luma, drops alpha, and leaves gray images alone', () => {
  expect(run([{ kind: 'gray' }], [1, 2, 3], [100, 0, 0, 0, 100, 200])).toEqual({
    shape: [1, 2, 1],
    made: [[29.9, 0.587 * 100 + 0.114 * 200]],
  });
  expect(run([{ kind: 'gray' }], [1, 1, 4], [0, 10, 0, 77]).made).toEqual([[0.587 * 10]]);
  expect(run([{ kind: 'gray' }], [1, 2, 2], [5, 77, 6, 88]).made).toEqual([[5, 6]]);
  expect(run([{ kind: 'gray' }], [1, 2], [5, 6]).made).toEqual([[5, 6]]);
});

test('resize makes an image of the size asked for', () => {
  const resize: Preprocess = { kind: 'resize', height: 1, width: 4, method: 'bilinear' };
  expect(run([resize], [1, 2, 1], [0, 8])).toEqual({ shape: [1, 4, 1], made: [[0, 2, 6, 8]] });
});

test('steps are taken in order, in double precision', () => {
  const steps: Preprocess[] = [
    { kind: 'scale', from: [0, 10], to: [0, 1] },
    { kind: 'clip', low: 0, high: 0.25 },
    { kind: 'normalize', mean: [0.1], std: [1] },
  ];
  expect(run(steps, [2], [1, 9]).made).toEqual([[0.1 - 0.1, 0.25 - 0.1]]);
});

const window: Preprocess = { kind: 'window', size: 4, hop: 4 };

test.each<[string, readonly Preprocess[], Shape, RegExp]>([
  [
    'a window longer than its input',
    [window],
    [3, 2],
    /^preprocess\.0\.window\.size: window takes 4 steps, and gets an input of \(3, 2\): 3 along its first axis/,
  ],
  ['a window of a number', [window], [], /preprocess\.0: window gets a single number/],
  [
    'a window of a window that is too short',
    [window, { ...window, size: 5 }],
    [9],
    /preprocess\.1\.window\.size: window takes 5 steps, and gets an input of \(4,\)/,
  ],
  [
    'means of other channels',
    [{ kind: 'normalize', mean: [1, 2, 3], std: [1] }],
    [4, 2],
    /preprocess\.0\.normalize\.mean: normalize has 3 numbers, and its input \(4, 2\) has 2 channels/,
  ],
  [
    'deviations of other channels',
    [{ kind: 'normalize', mean: [1], std: [1, 2] }],
    [4, 3],
    /preprocess\.0\.normalize\.std: normalize has 2 numbers/,
  ],
  [
    'resizing of what is no image',
    [{ kind: 'resize', height: 2, width: 2, method: 'nearest' }],
    [7],
    /preprocess\.0: resize takes an image \[height, width, channels\], and gets \(7,\)/,
  ],
  ['gray of what is no image', [{ kind: 'gray' }], [2, 2, 2, 2], /preprocess\.0: gray takes an image/],
  ['gray of many channels', [{ kind: 'gray' }], [2, 2, 9], /gray takes an image/],
])('%s is refused at its step', (_, steps, shape, message) => {
  expect(() => prepare(steps, shape, fail)).toThrow(message);
});
