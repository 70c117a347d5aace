import { expect, test } from 'vitest';
import { randomsFrom } from '../../fixtures/random.ts';
import type { RocPoint } from '../result.ts';
import { aucOf, mostMisplaced, pointAt, rocOf, type Scored } from './roc.ts';

function scored(...pairs: readonly (readonly [label: number, score: number])[]): readonly Scored[] {
  return pairs.map(([label, score], index) => ({ name: `vector ${index}`, label, score }));
}

/** Many equal scores: 1 to 40 of them, out of few values, infinities among them. */
function randomScores(next: (below: number) => number): readonly Scored[] {
  const values = [Number.NEGATIVE_INFINITY, -1.5, 0, 0.1, 0.1 + Number.EPSILON, 7, Number.POSITIVE_INFINITY];
  const pick = () => values[next(values.length)] ?? 0;
  return scored(...Array.from({ length: 1 + next(40) }, (): [number, number] => [next(2), pick()]));
}

/** The definition: every pair of a positive and a negative, counted. */
function aucByPairs(scores: readonly Scored[]): number | undefined {
  const [positives, negatives] = [1, 0].map(wanted => scores.filter(({ label }) => label === wanted));
  const pairs = (positives ?? []).flatMap(a => (negatives ?? []).map((b): number => order(a.score, b.score)));
  return pairs.length === 0 ? undefined : pairs.reduce((sum, pair) => sum + pair, 0) / pairs.length;
}

function order(positive: number, negative: number): number {
  if (positive === negative) return 0.5;
  return positive > negative ? 1 : 0;
}

function areaOf(points: readonly RocPoint[]): number {
  return points.slice(1).reduce((sum, point, index) => {
    const before = points[index] ?? point;
    const height = (point.truePositiveRate + before.truePositiveRate) / 2;
    return sum + (point.falsePositiveRate - before.falsePositiveRate) * height;
  }, 0);
}

test('the area is the share of pairs in order, equal scores counting half, exactly', () => {
  const next = randomsFrom(11);
  for (let round = 0; round < 3_000; round++) {
    const scores = randomScores(next);
    expect(aucOf(scores)).toBe(aucByPairs(scores));
  }
});

test('the points run from (0, 0) to (1, 1), turn at each, and enclose the area', () => {
  const next = randomsFrom(12);
  for (let round = 0; round < 1_000; round++) {
    const scores = randomScores(next);
    const roc = rocOf(scores);
    if (!roc) continue;
    expect(areaOf(roc.points)).toBeCloseTo(roc.auc, 12);
    expect(roc.points[0]).toEqual({ score: null, falsePositiveRate: 0, truePositiveRate: 0 });
    expect(roc.points.at(-1)).toMatchObject({ falsePositiveRate: 1, truePositiveRate: 1 });
  }
});

test('a point is what calling everything from its score up positive gives', () => {
  const scores = scored([1, 0.9], [1, 0.8], [0, 0.8], [1, 0.3], [0, 0.2], [0, 0.1]);
  expect(rocOf(scores)?.points).toEqual([
    { score: null, falsePositiveRate: 0, truePositiveRate: 0 },
    { score: 0.9, falsePositiveRate: 0, truePositiveRate: 1 / 3 },
    { score: 0.8, falsePositiveRate: 1 / 3, truePositiveRate: 2 / 3 },
    { score: 0.3, falsePositiveRate: 1 / 3, truePositiveRate: 1 },
    { score: 0.1, falsePositiveRate: 1, truePositiveRate: 1 },
  ]);
});

test('a threshold lies where what is above it is called positive: at the threshold is not above', () => {
  const scores = scored([1, 0.9], [0, 0.8], [1, 0.8], [0, 0.1]);
  const rates = (threshold: number) => {
    const { falsePositiveRate, truePositiveRate, score } = pointAt(threshold, scores);
    return [falsePositiveRate, truePositiveRate, score];
  };
  expect(rates(0.9)).toEqual([0, 0, null]);
  expect(rates(0.8)).toEqual([0, 0.5, 0.9]);
  expect(rates(0.79)).toEqual([0.5, 1, 0.8]);
  expect(rates(-1)).toEqual([1, 1, 0.1]);
});

test('a curve of ten thousand corners is shown with 200, its ends among them, and its area is exact', () => {
  const next = randomsFrom(13);
  const scores = scored(
    ...Array.from({ length: 20_000 }, (_, index): [number, number] => [index % 2, next(1_000_000)]),
  );
  const roc = rocOf(scores);
  expect(roc?.points).toHaveLength(200);
  expect(roc?.points[0]).toMatchObject({ falsePositiveRate: 0, truePositiveRate: 0 });
  expect(roc?.points.at(-1)).toMatchObject({ falsePositiveRate: 1, truePositiveRate: 1 });
  expect(areaOf(roc?.points ?? [])).toBeCloseTo(roc?.auc ?? 0, 2);
});

test('without both classes there is no curve', () => {
  expect(rocOf(scored([1, 0.5], [1, 0.7]))).toBeUndefined();
  expect(rocOf([])).toBeUndefined();
});

test('the most misplaced score is the one that most of the other class are level with or beyond', () => {
  const scores = scored([0, 0.1], [0, 0.2], [1, 0.2], [0, 0.5], [1, 0.6], [1, 0.9]);
  expect(mostMisplaced(scores)).toMatchObject({ name: 'vector 2', passed: 2, others: 3 });
  expect(mostMisplaced(scored([0, 0.1], [1, 0.2], [0, 0.9], [1, 0.3]))).toMatchObject({
    name: 'vector 2',
    passed: 2,
    others: 2,
  });
  const level = scored([0, 0.5], [1, 0.5], [1, 0.9], [0, 0.1], [0, 0.2]);
  expect(mostMisplaced(level)).toMatchObject({ name: 'vector 0', passed: 1, others: 2 });
  expect(mostMisplaced(scored([0, 0.1], [1, 0.2]))).toBeUndefined();
});
