import { expect, test } from 'vitest';
import { aLatency, aVerdict } from '../../fixtures/results.ts';
import { allNamed, parseXml, textsOf } from '../../fixtures/xml.ts';
import { latencyChart, unitPerTick } from './latency.ts';

const spread = aLatency(Array.from({ length: 300 }, (_, index) => 371_000 + ((index * 37) % 500)));
const drawn = (...given: Parameters<typeof latencyChart>) => parseXml(latencyChart(...given));
const withClass = (chart: ReturnType<typeof parseXml>, name: string) =>
  ['rect', 'line', 'text']
    .flatMap(tag => allNamed(chart, tag))
    .filter(node => node.attributes.class?.split(' ').includes(name));

test('every inference is in a bar', () => {
  const chart = drawn(spread, []);
  const axis = allNamed(chart, 'line').find(node => node.attributes.class === 'axis');
  const [zero, step] = withClass(chart, 'grid').map(node => Number(node.attributes.y1));
  const [, perStep] = textsOf(chart)
    .filter(text => /^\d+$/.test(text))
    .map(Number);
  const pxPerInference = ((zero ?? 0) - (step ?? 0)) / (perStep ?? 1);
  const counted =
    withClass(chart, 'bar').reduce((sum, node) => sum + Number(node.attributes.height), 0) / pxPerInference;
  expect(Number(axis?.attributes.y1)).toBeCloseTo(zero ?? 0);
  expect(counted).toBeCloseTo(300, 0);
});

test('the axis has the unit and the basis', () => {
  expect(textsOf(drawn(spread, []))).toContain('latency per inference [kcycles], modelled-cycles');
});

test('p50, p90 and p99 are marked in order, with as many decimals as tell them apart', () => {
  const chart = drawn(spread, []);
  const positions = withClass(chart, 'mark').map(node => Number(node.attributes.x1));
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  expect(textsOf(chart).filter(text => /^p\d\d /.test(text))).toEqual([
    'p50  371.252 kcycles',
    'p90  371.454 kcycles',
    'p99  371.496 kcycles',
  ]);
});

test('inferences that all took as long are one bar, and it says so', () => {
  const chart = drawn(aLatency(Array.from({ length: 300 }, () => 371_204)), []);
  expect(withClass(chart, 'bar')).toHaveLength(1);
  expect(textsOf(chart)).toContain('300 inferences, all 371.204 kcycles · modelled-cycles');
  expect(textsOf(chart)).toContain('p50 = p90 = p99  371.204 kcycles');
});

test.each([1, 2, 500])('%i inferences give a chart', count => {
  const chart = drawn(aLatency(Array.from({ length: count }, (_, index) => 1000 + index)), [aVerdict({ limit: 1100 })]);
  expect(withClass(chart, 'bar').length).toBeGreaterThan(0);
  expect(latencyChart(aLatency([0]), [])).not.toContain('NaN');
});

test('a budget among the bars is a line', () => {
  const chart = drawn(spread, [aVerdict({ limit: 371_300 })]);
  expect(withClass(chart, 'limit')).toHaveLength(1);
  expect(textsOf(chart)).toContain('p50 budget ≤ 371.3 kcycles');
});

test('a budget far off is pointed to, and leaves the bars their room', () => {
  const chart = drawn(spread, [
    aVerdict({ limit: 400_000 }),
    aVerdict({ budget: 'latency.modelled-cycles.p99', limit: 100_000 }),
  ]);
  expect(withClass(chart, 'limit')).toHaveLength(0);
  expect(textsOf(chart)).toContain('p50 budget ≤ 400 kcycles →');
  expect(textsOf(chart)).toContain('← p99 budget ≤ 100 kcycles');
});

test('a budget of another basis is not drawn, even in the same unit', () => {
  const onSilicon = { ...spread, basis: 'silicon', unit: 'µs' } as const;
  const budget = aVerdict({ budget: 'latency.host.p50', basis: 'host', unit: 'µs', limit: 371_300 });
  expect(latencyChart(onSilicon, [budget])).not.toContain('budget');
  expect(latencyChart(onSilicon, [{ ...budget, basis: 'silicon' }])).toContain('budget');
});

test('a tick is as many base units as the figures say', () => {
  expect(unitPerTick({ ...aLatency([250]), unit: 'µs', max: 2 })).toBe(0.008);
});

test('what took far longer than all others is counted beyond the axis, which stays that of the others', () => {
  const chart = drawn(aLatency([...spread.ticks, 90_000_000]), []);
  expect(textsOf(chart)).toEqual(
    expect.arrayContaining(['1 far beyond this axis →', 'latency per inference [kcycles], modelled-cycles']),
  );
  expect(withClass(chart, 'bar').length).toBeGreaterThan(5);
});
