import { expect, test } from 'vitest';
import { type FileScores, figuresOf, medianOf } from './mlperf-figures.ts';

const file = (label: number, ...results: number[][]): FileScores => ({ name: 'file', label, results });

test('scales results to a sum of 1 and takes the mean over the repeats of a file', () => {
  // unscaled, the second repeat would outvote the first
  const files = [file(0, [0.9, 0.1], [2, 3]), file(1, [0.2, 0.8])];
  expect(figuresOf(files)).toEqual({ top1: 100, auc: 1 });
});

test('takes the first of equal results, as argmax does', () => {
  expect(figuresOf([file(1, [0.5, 0.5]), file(0, [0.5, 0.5])])).toEqual({ top1: 50, auc: 0.5 });
});

// scikit-learn 1.9: roc_auc_score([0, 1, 2, 2], [[.6, .3, .1], [.25, .35, .4], [.2, .5, .3], [.1, .2, .7]], multi_class='ovr')
test('averages the areas of all classes, each against the rest', () => {
  const files = [
    file(0, [0.6, 0.3, 0.1]),
    file(1, [0.25, 0.35, 0.4]),
    file(2, [0.2, 0.5, 0.3]),
    file(2, [0.1, 0.2, 0.7]),
  ];
  expect(figuresOf(files)).toEqual({ top1: 50, auc: expect.closeTo((1 + 2 / 3 + 0.75) / 3, 12) });
});

test('has no area where a class has no file', () => {
  expect(figuresOf([file(0, [0.6, 0.3, 0.1]), file(1, [0.3, 0.3, 0.4])]).auc).toBeUndefined();
});

test('scores a file by the mean over its windows, whatever its scale', () => {
  const files = [file(0, [1], [3]), file(0, [4], [2]), file(1, [20], [1]), file(1, [2.5], [2.5])];
  expect(figuresOf(files)).toEqual({ top1: expect.closeTo(83.33, 1), auc: 0.75 });
});

test('takes the middle value', () => {
  expect(medianOf([5, 1, 10, 2, 3])).toBe(3);
});
