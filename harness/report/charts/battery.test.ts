import { expect, test } from 'vitest';
import {
  aCurrentBudget,
  aCurrentSuite,
  currentEvidence,
  plainCell as small,
  someCurrent,
} from '../../fixtures/current.ts';
import { allNamed, parseXml, textsOf, type XmlNode } from '../../fixtures/xml.ts';
import { lifeAtPeriod } from '../../suite/battery-life.ts';
import type { Cell } from '../../suite/suite.ts';
import type { CurrentEvidence } from '../../trace/evidence.ts';
import { judgeCase } from '../../verdict/judge.ts';
import type { CaseResult } from '../../verdict/result.ts';
import { batteryChart, livesOf } from './battery.ts';

const year = 365.25;
const weak: Cell = { ...small, pulseMa: 5 };

/** Inferences of 100 µC in 10 ms, 0.1 mA asleep. */
function judged(budgets: Readonly<Record<string, number>>, current: Partial<CurrentEvidence> = {}): CaseResult {
  const limits = Object.entries(budgets).map(([cell, days]) => aCurrentBudget(`battery.measured.${cell}`, days));
  const suite = aCurrentSuite(limits, { cells: { small, weak } });
  return judgeCase(currentEvidence([], { suite, current: someCurrent(current) }));
}

function chartOf({ metrics, verdicts }: CaseResult): XmlNode {
  const [lives] = livesOf(metrics);
  if (!lives) throw new Error('the case has no lives');
  return parseXml(batteryChart(lives, verdicts));
}

const legendOf = (chart: XmlNode, cell: string) => textsOf(chart).find(text => text.startsWith(`${cell},`));
const seriesOf = (chart: XmlNode) => allNamed(chart, 'polyline').map(({ attributes }) => attributes.points ?? '');

test('a line falls where the life at its period does, by the axes that are drawn', () => {
  const result = judged({ small: 30 });
  const chart = chartOf(result);
  const textAt = (text: string) => allNamed(chart, 'text').find(node => node.text === text)?.attributes;
  const x = { from: Number(textAt('100 ms')?.x), to: Number(textAt('10 s')?.x) };
  const y = { month: Number(textAt('1 month')?.y) - 4, day: Number(textAt('1 day')?.y) - 4 };
  const [cycle] = livesOf(result.metrics).map(lives => lives.cycle);
  const points = (seriesOf(chart)[0] ?? '').split(' ').map(point => point.split(',').map(Number));
  for (const [px = 0, py = 0] of points) {
    const periodUs = 1e5 * 100 ** ((px - x.from) / (x.to - x.from));
    const days = (year / 12) ** ((y.day - py) / (y.day - y.month));
    const expected = cycle ? (lifeAtPeriod(small, cycle, Math.max(periodUs, cycle.inferenceUs)) ?? 0) : 0;
    expect(Math.abs(Math.log(days / expected))).toBeLessThan(0.02);
  }
  expect(points.length).toBeGreaterThan(100);
});

test('the words say from which period on a budget is met, and it is', () => {
  const result = judged({ small: 60 });
  const text = legendOf(chartOf(result), 'small');
  expect(text).toMatch(/225 mAh: 47\.\d days \(.* to .*\) · 60 days from a period of 1\.\d s on$/);
  const [lives] = livesOf(result.metrics);
  const seconds = Number(/period of ([\d.]+) s/.exec(text ?? '')?.[1]);
  const days = (periodS: number) => (lives ? lifeAtPeriod(small, lives.cycle, periodS * 1e6) : 0) ?? 0;
  expect(days(seconds * 1.05)).toBeGreaterThan(60);
  expect(days(seconds * 0.95)).toBeLessThan(60);
});

test('a budget that no period meets, since sleep alone draws too much, says so', () => {
  expect(legendOf(chartOf(judged({ small: year })), 'small')).toContain(
    '1 year at no period: sleep alone draws too much',
  );
});

test('a budget that is met whatever the period says so', () => {
  expect(legendOf(chartOf(judged({ small: 0.5 })), 'small')).toContain('at any period');
});

test('a cell that cannot give the peak has no line, and the reason', () => {
  const chart = chartOf(judged({ small: 1, weak: 1 }));
  expect(legendOf(chart, 'weak')).toBe('weak, 225 mAh: cannot give the peak of 12 mA, it is rated for 5 mA');
  const { metrics } = judged({});
  const able = metrics.battery?.filter(({ cell, lifeDays }) => lifeDays !== null && cell !== 'small') ?? [];
  expect(seriesOf(chart)).toHaveLength(Math.min(able.length, 3) + 1); // of five cells, small is one and weak another
});

test('each budget is a line, cells of which as much is asked share it, and they are drawn first', () => {
  const chart = chartOf(judged({ small: 60, LiPo: 60, weak: 10 }));
  expect(allNamed(chart, 'line').filter(({ attributes }) => attributes.class === 'limit')).toHaveLength(2);
  const texts = textsOf(chart);
  expect(texts.filter(text => text.includes('≥'))).toEqual(['LiPo, small ≥ 60 days', 'weak ≥ 10 days']);
  expect(textsOf(chart)).toContain("the suite's period, 1 s");
});

test('where no sleep was measured there is nothing to compute a life by period from', () => {
  const { sleep: _none, ...awake } = someCurrent();
  const { metrics } = judgeCase(currentEvidence([], { current: awake }));
  expect(livesOf(metrics)).toEqual([]);
});

test('a life of no period is on no axis of periods', () => {
  const { dutyCycle: _none, inferences, ...current } = someCurrent();
  const unasked = inferences.map(({ purpose: _host, ...window }) => window);
  const suite = aCurrentSuite([aCurrentBudget('battery.measured.small', 1)], { cells: { small } });
  const { current: measure } = suite.measure;
  const { periodMs: _period, ...periodless } = measure ?? { periodMs: 0 };
  const selfPaced = { ...suite, measure: { ...suite.measure, current: periodless as typeof measure } };
  const { metrics } = judgeCase(
    currentEvidence([], { suite: selfPaced, current: { ...current, inferences: unasked, isAsked: false } }),
  );
  expect(metrics.battery?.at(-1)).toMatchObject({ cell: 'small', from: 'application' });
  expect(livesOf(metrics)).toEqual([]);
});
