import { expect, test } from 'vitest';
import { allNamed, parseXml, textsOf } from '../../fixtures/xml.ts';
import type { RocMetrics } from '../../verdict/result.ts';
import { rocChart } from './roc.ts';

const corner = (falsePositiveRate: number, truePositiveRate: number) => ({
  score: 0.82,
  falsePositiveRate,
  truePositiveRate,
});
const roc: RocMetrics = {
  auc: 0.75,
  positives: 2,
  negatives: 2,
  points: [corner(0, 0), corner(0, 0.5), corner(0.5, 0.5), corner(0.5, 1), corner(1, 1)],
  atThreshold: corner(0.5, 1),
};
const chart = parseXml(rocChart(roc));
const pointsOf = (svg: typeof chart) =>
  (allNamed(svg, 'polyline')[0]?.attributes.points ?? '').split(' ').map(at => at.split(',').map(Number));

test('the curve goes from the lower left to the upper right of a square', () => {
  const [[x0 = 0, y0 = 0] = [], ...rest] = pointsOf(chart);
  const [x1 = 0, y1 = 0] = rest.at(-1) ?? [];
  expect([x1 - x0, y0 - y1]).toEqual([340, 340]);
  expect(rest).toHaveLength(4);
});

test('the threshold is a point of the curve, and says what it finds and what it takes for it', () => {
  const [dot] = allNamed(chart, 'circle');
  expect(pointsOf(chart)).toContainEqual([Number(dot?.attributes.cx), Number(dot?.attributes.cy)]);
  expect(textsOf(chart)).toEqual(
    expect.arrayContaining([
      'at the threshold, from 0.82',
      '100 % of the positives found',
      '50 % of the negatives taken for one',
    ]),
  );
});

test('a task without a threshold has the curve alone', () => {
  const { atThreshold: _, ...without } = roc;
  expect(allNamed(parseXml(rocChart(without)), 'circle')).toEqual([]);
});
