import { expect, test } from 'vitest';
import { traceOf } from '../../fixtures/traces.ts';
import { allNamed, parseXml, textsOf, type XmlNode } from '../../fixtures/xml.ts';
import { envelopeOf } from '../../trace/envelope.ts';
import { type DrawnTrace, traceChart } from './trace.ts';

const [left, right] = [108, 736];

function drawn(values: readonly number[], overrides: Partial<DrawnTrace> = {}): XmlNode {
  const envelope = envelopeOf(traceOf({}, values), { first: 0, end: values.length }, 100);
  const shown = { title: 'Current', facts: 'a few', factor: 1, unit: 'mA', rateHz: 1000, lanes: [] } as const;
  return parseXml(traceChart({ ...shown, envelope, origin: { sample: 0, text: 'the first sample' }, ...overrides }));
}

const pathsOf = (chart: XmlNode, name: string) =>
  allNamed(chart, 'path').flatMap(({ attributes }) => (attributes.class === name ? [attributes.d ?? ''] : []));
const rectsOf = (chart: XmlNode, name: string) =>
  allNamed(chart, 'rect').flatMap(({ attributes }) =>
    attributes.class === name ? [[Number(attributes.x), Number(attributes.x) + Number(attributes.width)]] : [],
  );
const heights = (path: string) => [...path.matchAll(/[V,]([\d.]+)/g)].map(match => Number(match[1]));
/** Where the y axis has a text. */
const yOf = (chart: XmlNode, text: string) =>
  Number(allNamed(chart, 'text').find(node => node.text === text)?.attributes.y) - 4;

test('the line is at the mean, the band from the least to the greatest', () => {
  const values = Array.from({ length: 2000 }, (_, index) => [1, 3, 5, 3][index % 4] ?? 0);
  const chart = drawn(values);
  const [one = 0, three = 0, five = 0] = ['1', '3', '5'].map(text => yOf(chart, text));
  const [mean = '', band = ''] = ['mean', 'band'].flatMap(name => pathsOf(chart, name));
  for (const y of heights(mean)) expect(Math.abs(y - three)).toBeLessThan(0.1);
  expect(Math.min(...heights(band))).toBeCloseTo(five, 0);
  expect(Math.max(...heights(band))).toBeCloseTo(one, 0);
});

test('sleep and inferences decades apart are drawn by magnitude, with a unit at each', () => {
  const chart = drawn(Array.from({ length: 1000 }, (_, index) => (index < 100 ? 5 : 0.002)));
  expect(textsOf(chart)).toEqual(expect.arrayContaining(['current, logarithmic', '10 µA', '100 µA', '1 mA']));
  expect(yOf(chart, '10 µA') - yOf(chart, '100 µA')).toBeCloseTo(yOf(chart, '100 µA') - yOf(chart, '1 mA'), 0);
});

test('a current that is often below zero has no magnitude: its axis is linear, in its best unit', () => {
  const chart = drawn(
    Array.from({ length: 1000 }, (_, index) => (index < 100 ? 0.5 : index % 20 < 10 ? 0.002 : -0.002)),
  );
  expect(textsOf(chart)).toEqual(expect.arrayContaining(['current [µA]', '0', '500']));
});

test('what was lost is left open', () => {
  const chart = drawn(Array.from({ length: 100 }, (_, index) => (index < 40 || index >= 60 ? 1 : Number.NaN)));
  const [before = '', after = ''] = pathsOf(chart, 'mean');
  expect(before).toMatch(/H359\.2$/); // 108 + 0.4 × 628
  expect(after).toMatch(/^M484\.8,/);
  expect(pathsOf(chart, 'band')).toHaveLength(2);
});

test('windows are shaded where they are, and cut at the edge of what is drawn', () => {
  const inferences = {
    name: 'inferences',
    tone: 'good',
    isShaded: true,
    stretches: [
      { first: -50, end: 10 },
      { first: 50, end: 60 },
      { first: 100, end: 120 },
    ],
  } as const;
  const chart = drawn(Array<number>(100).fill(1), { lanes: [inferences] });
  const expected = [
    [left, left + 62.8],
    [left + 314, left + 376.8],
  ];
  expect(rectsOf(chart, 'window')).toEqual(expected);
  expect(rectsOf(chart, 'good')).toEqual(expected);
});

test('a lane without anything in what is drawn has no row', () => {
  const lost = { name: 'lost', tone: 'bad', stretches: [{ first: 3, end: 4 }] } as const;
  const none = { name: 'saturated', tone: 'bad', stretches: [{ first: 300, end: 400 }] } as const;
  const texts = textsOf(drawn(Array<number>(100).fill(1), { lanes: [lost, none] }));
  expect(texts).toContain('lost');
  expect(texts).not.toContain('saturated');
});

test('a hundred thousand windows are no more bars than there are pixels', () => {
  const stretches = Array.from({ length: 100_000 }, (_, index) => ({ first: index * 10, end: index * 10 + 5 }));
  const values = new Float32Array(1_000_000).fill(1);
  const envelope = envelopeOf(traceOf({}, values), { first: 0, end: values.length }, 100);
  const chart = drawn([1], { envelope, lanes: [{ name: 'inferences', tone: 'good', stretches }] });
  expect(rectsOf(chart, 'good')).toEqual([[left, right]]);
});

test('time is counted from its origin, in a unit of its span', () => {
  const chart = drawn(Array<number>(100).fill(1), { origin: { sample: 50, text: 'the window began' } });
  expect(textsOf(chart)).toEqual(expect.arrayContaining(['−40', '0', '40', 'time since the window began [ms]']));
});

test('energies of a supply that nobody knows are drawn as power', () => {
  const chart = drawn(Array<number>(100).fill(3), { unit: 'µW', factor: 1000 });
  expect(textsOf(chart)).toEqual(expect.arrayContaining(['power [mW]', '3']));
});
