import { expect, test } from 'vitest';
import { allNamed, parseXml, textsOf } from '../../fixtures/xml.ts';
import type { AccuracyMetrics } from '../../verdict/result.ts';
import { confusionChart } from './confusion.ts';

function accuracy(confusion: readonly (readonly number[])[], classes: readonly string[] = []): AccuracyMetrics {
  return { of: 'vectors', top1: 97.5, correct: 195, judged: 200, classes, perClass: [], confusion };
}

const square = (size: number) =>
  Array.from({ length: size }, (_, a) => Array.from({ length: size }, (__, b) => (a === b ? 7 : 1)));
const cells = (svg: string) => allNamed(parseXml(svg), 'rect').filter(node => 'fill-opacity' in node.attributes);

test('right and wrong cells differ in colour, and the counts are in them', () => {
  const svg = confusionChart(
    accuracy(
      [
        [120, 3],
        [2, 75],
      ],
      ['normal', 'alarm'],
    ),
  );
  expect(cells(svg).map(node => node.attributes.class)).toEqual(['good', 'bad', 'bad', 'good']);
  expect(textsOf(parseXml(svg))).toEqual(expect.arrayContaining(['120', '3', '2', '75', 'normal', 'alarm']));
});

test('a class’s recall is the share of its vectors that were found', () => {
  expect(
    textsOf(
      parseXml(
        confusionChart(
          accuracy([
            [120, 30],
            [2, 75],
          ]),
        ),
      ),
    ),
  ).toContain('80 %');
});

test('actual classes go down, predicted ones across', () => {
  const [cell] = cells(
    confusionChart(
      accuracy([
        [0, 5],
        [0, 0],
      ]),
    ),
  );
  const [frame] = allNamed(
    parseXml(
      confusionChart(
        accuracy([
          [0, 5],
          [0, 0],
        ]),
      ),
    ),
    'rect',
  ).filter(node => node.attributes.class === 'track');
  expect(Number(cell?.attributes.x)).toBeGreaterThan(Number(frame?.attributes.x) + 20);
  expect(cell?.attributes.y).toBe(frame?.attributes.y);
});

test.each([2, 10, 35, 60])('%i classes fit the chart', size => {
  const shown = cells(confusionChart(accuracy(square(size))));
  const right = Math.max(...shown.map(node => Number(node.attributes.x) + Number(node.attributes.width)));
  expect(right).toBeLessThan(760);
  expect(shown).toHaveLength(size * size);
});

test('a hundred classes are colours without counts', () => {
  const svg = confusionChart(accuracy(square(100)));
  expect(svg.match(/fill-opacity="/g)).toHaveLength(10_000);
  expect(svg).not.toContain('>7</text>');
});

test('a class without vectors has no recall', () => {
  expect(
    textsOf(
      parseXml(
        confusionChart(
          accuracy([
            [0, 0],
            [0, 4],
          ]),
        ),
      ),
    ),
  ).toContain('–');
});

test('further shares of right answers are in one line with the first', () => {
  const topK = { '1': 97.5, '2': 98.5, '3': 99.5 };
  const [, facts] = textsOf(parseXml(confusionChart({ ...accuracy(square(4)), topK, floatTop1: 98 }))).slice(1);
  expect(facts).toBe('top-1 97.5 %: 195 of 200 right · top-2 to 3: 98.5, 99.5 % · float model 98 % on the host');
});
