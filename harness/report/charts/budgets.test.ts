import { expect, test } from 'vitest';
import { aVerdict } from '../../fixtures/results.ts';
import { allNamed, parseXml, textsOf, type XmlNode } from '../../fixtures/xml.ts';
import type { Verdict } from '../../verdict/result.ts';
import { budgetsChart, isBudget } from './budgets.ts';

const drawn = (...verdicts: readonly Verdict[]) => parseXml(budgetsChart(verdicts));
const endOf = (node: XmlNode | undefined) => Number(node?.attributes.x) + Number(node?.attributes.width);
const bars = (chart: XmlNode) =>
  allNamed(chart, 'rect').filter(({ attributes }) => ['good', 'bad'].includes(attributes.class ?? ''));
const limitX = (chart: XmlNode) => Number(allNamed(chart, 'line')[0]?.attributes.x1);

test('a figure at its limit ends at the line, one within before it, one beyond behind it', () => {
  const chart = drawn(
    aVerdict({ measured: 400_000 }),
    aVerdict({ measured: 200_000 }),
    aVerdict({ measured: 480_000, status: 'failed' }),
  );
  const [at, within, beyond] = bars(chart).map(endOf);
  expect(at).toBeCloseTo(limitX(chart), 1);
  expect(within).toBeLessThan(limitX(chart));
  expect(beyond).toBeGreaterThan(limitX(chart));
});

test('a figure ten times its limit, or any above a limit of zero, fills the bar and no more', () => {
  const chart = drawn(
    aVerdict({ measured: 4_000_000, status: 'failed' }),
    aVerdict({ measured: 1, limit: 0, unit: 'LSB', status: 'failed' }),
  );
  const [track] = allNamed(chart, 'rect').filter(({ attributes }) => attributes.class === 'track');
  expect(bars(chart).map(endOf)).toEqual([endOf(track), endOf(track)]);
});

test('what was not measured has its limit and no bar', () => {
  const chart = drawn(aVerdict({ measured: null, status: 'skipped' }));
  expect(bars(chart)).toEqual([]);
  expect(textsOf(chart)).toEqual(expect.arrayContaining(['≤ 400 kcycles', '–']));
});

test('a loss below zero is a sliver, not a bar to the left', () => {
  const [bar] = bars(drawn(aVerdict({ measured: -0.2, limit: 1, unit: 'pp' })));
  expect(Number(bar?.attributes.width)).toBe(2);
});

test('checks of the harness itself have no row', () => {
  const own = ['rig.session', 'rig.tickCounter', 'firmware.session'].map(budget => aVerdict({ budget }));
  expect(own.filter(isBudget)).toEqual([]);
  expect(textsOf(drawn(aVerdict(), ...own))).not.toContain('rig.session');
});
