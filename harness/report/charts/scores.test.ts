import { expect, test } from 'vitest';
import { allNamed, parseXml, textsOf } from '../../fixtures/xml.ts';
import { scoresChart } from './scores.ts';

const input = (label: number, score: number | null) => ({ name: 'a.wav', windows: 5, label, score });
const scores = [input(0, 8), input(0, 10), input(1, 14), input(1, null)];
const chart = parseXml(scoresChart({ score: 'output', inputs: 9, threshold: 12, scores }));
const dots = (tone: string) =>
  allNamed(chart, 'circle')
    .filter(({ attributes }) => attributes.class === tone)
    .map(({ attributes }) => Number(attributes.cx));

test('the threshold lies between the normal scores and the anomalous ones', () => {
  const [line] = allNamed(chart, 'line').filter(({ attributes }) => attributes.class === 'bound');
  const at = Number(line?.attributes.x1);
  expect(Math.max(...dots('good'))).toBeLessThan(at);
  expect(Math.min(...dots('bad'))).toBeGreaterThan(at);
});

test('scores that are not drawn, or not finite, are counted', () => {
  expect(textsOf(chart)).toContain('9 inputs scored · 4 of them are drawn · 1 without a finite score');
});
