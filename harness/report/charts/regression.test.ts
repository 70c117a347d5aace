import { expect, test } from 'vitest';
import { allNamed, parseXml, textsOf, type XmlNode } from '../../fixtures/xml.ts';
import { regressionChart } from './regression.ts';

const pair = (expected: number, actual: number, vector = 0) => ({ vector, element: 0, expected, actual });
const chart = parseXml(
  regressionChart({
    mae: 0.5,
    rmse: 0.7,
    bias: -0.1,
    judged: 1000,
    unit: '°C',
    worst: pair(30, 33, 17),
    pairs: [pair(20, 20), pair(25, 24)],
  }),
);
const dots = (style: string) => allNamed(chart, 'circle').filter(({ attributes }) => attributes.class === style);
const heightOf = (node: XmlNode | undefined) => Number(node?.attributes.cy);

test('every pair is in both panels, and the worst is marked in both', () => {
  expect([dots('dot').length, dots('bad').length]).toEqual([4, 2]);
});

test('a right prediction lies on the line of no error, one too low below it', () => {
  const [, , right, low] = dots('dot');
  const zero = allNamed(chart, 'line').filter(({ attributes }) => attributes.class === 'mark')[1];
  expect(heightOf(right)).toBeCloseTo(Number(zero?.attributes.y1));
  expect(heightOf(low)).toBeGreaterThan(heightOf(right));
});

test('the figures have their unit, and how many of the pairs are drawn', () => {
  expect(textsOf(chart)).toEqual(
    expect.arrayContaining([
      'MAE 0.5 °C · RMSE 0.7 °C · bias -0.1 °C · 1,000 judged',
      'red: the worst, vector 17, element 0: 33 °C, true is 30 °C · 2 of 1,000 are drawn',
    ]),
  );
});
