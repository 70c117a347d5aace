import { expect, test } from 'vitest';
import { allNamed, parseXml, textsOf } from '../../fixtures/xml.ts';
import { operatorsChart } from './operators.ts';

const named = (ticks: readonly number[], name = 'CONV_2D') =>
  ticks.map((each, index) => ({ index, name, ticks: each }));
const bars = (svg: string) =>
  allNamed(parseXml(svg), 'rect').filter(node => ['bar', 'soft'].includes(node.attributes.class ?? ''));

test('the longest operator is first and as wide as the plot; others in proportion', () => {
  const [first, second] = bars(operatorsChart(named([100, 400]), undefined)).map(node => Number(node.attributes.width));
  expect((second ?? 0) / (first ?? 1)).toBeCloseTo(0.25);
  expect(textsOf(parseXml(operatorsChart(named([100, 400]), undefined)))).toEqual(
    expect.arrayContaining(['80.0 %', '20.0 %']),
  );
});

test('an operator with multiplications shows its ticks for each', () => {
  const svg = operatorsChart([{ index: 0, name: 'CONV_2D', ticks: 300, macs: 200 }], undefined);
  expect(textsOf(parseXml(svg))).toContain('1.50');
});

test('beyond 24 the shortest are one bar, and nothing is lost', () => {
  const svg = operatorsChart(named(Array.from({ length: 100 }, (_, index) => index + 1)), undefined);
  expect(bars(svg)).toHaveLength(24);
  expect(textsOf(parseXml(svg))).toContain('77 shorter ones');
  const ticks = textsOf(parseXml(svg))
    .filter(text => /^[\d,]+$/.test(text))
    .map(text => Number(text.replaceAll(',', '')));
  expect(ticks.reduce((sum, each) => sum + each, 0)).toBe(5050);
});

test('a name of 80 characters is cut in the middle, and markup in it is text', () => {
  const texts = textsOf(parseXml(operatorsChart(named([1], `<${'x'.repeat(78)}>`), undefined)));
  expect(texts.some(text => /^<x+…x+>$/.test(text))).toBe(true);
});

test('operators that took no tick give a chart', () => {
  expect(operatorsChart(named([0, 0]), undefined)).not.toContain('NaN');
});
