import { extent } from 'd3-array';
import { expect, test } from 'vitest';
import { misplacedTexts } from '../../fixtures/drawn-text.ts';
import { aCase, aLatency, aVerdict } from '../../fixtures/results.ts';
import { traceOf } from '../../fixtures/traces.ts';
import type { Cycle } from '../../suite/battery-life.ts';
import { knownCells } from '../../suite/cells.ts';
import { envelopeOf } from '../../trace/envelope.ts';
import type {
  AccuracyMetrics,
  AnomalyMetrics,
  BatteryMetrics,
  GoldenDifference,
  InferenceFigures,
  RegressionMetrics,
  RocMetrics,
} from '../../verdict/result.ts';
import { batteryChart } from './battery.ts';
import { budgetsChart } from './budgets.ts';
import { confusionChart } from './confusion.ts';
import { differencesChart } from './differences.ts';
import { energyChart } from './energy.ts';
import { latencyChart } from './latency.ts';
import { operatorsChart } from './operators.ts';
import { regressionChart } from './regression.ts';
import { rocChart } from './roc.ts';
import { scoresChart } from './scores.ts';
import { chartSvg, label } from './svg.ts';
import { type DrawnTrace, traceChart, traceColumns } from './trace.ts';

const name80 = 'a-name-of-eighty-characters-that-somebody-really-gave-to-this-0123456789abcdefgh';
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const noise = (index: number) => ((index * 7919) % 401) + ((index * 104_729) % 97) * 3;
const spread = (count: number) => times(count, index => 371_000 + noise(index));

const limits = [
  aVerdict({ limit: 371_300 }),
  aVerdict({ budget: 'latency.modelled-cycles.max', limit: 371_310 }),
  aVerdict({ budget: 'latency.modelled-cycles.p99', limit: 400_000 }),
];
const latency = (ticks: readonly number[]) => latencyChart(aLatency(ticks), limits);

const budgets = [
  ...aCase().verdicts,
  aVerdict({ budget: `latency.${name80}`, measured: 123_456_789_012, limit: 123_456_789_000, status: 'failed' }),
  aVerdict({ budget: 'memory.arena', unit: 'B', measured: 10_241, limit: 10_240, status: 'failed' }),
  aVerdict({ budget: name80, unit: 'instructions', measured: 1e15, limit: 5, status: 'failed', optional: true }),
  aVerdict({ measured: null, status: 'skipped' }),
];

function confusion(classes: number, most: number, name = (index: number) => `class ${index}`): string {
  const accuracy: AccuracyMetrics = {
    of: 'inputs',
    top1: 97.5,
    correct: 195,
    judged: 200,
    floatTop1: 98.1234,
    topK: { '1': 97.5, '2': 98.5, '3': 99.5 },
    classes: times(classes, name),
    perClass: [],
    confusion: times(classes, a => times(classes, b => (a === b ? most : (a * 7 + b * 3) % 11 === 0 ? 1 : 0))),
  };
  return confusionChart(accuracy);
}

function differences(count: number, make: (index: number) => Partial<GoldenDifference>): string {
  const plain = { element: 3, expected: -12, actual: -10, diffLsb: 2, differingElements: 1 };
  const found = times(count, index => ({ vector: index * 17, ...plain, ...make(index) }));
  return differencesChart({ maxDiffLsb: 4_294_967_295, differingVectors: 1_234_567, differences: found });
}

const operators = (count: number, ticks: number, name = 'DEPTHWISE_CONV_2D') =>
  operatorsChart(
    times(count, index => ({ index, name, ticks, macs: 7 })),
    aLatency([ticks + 1]),
  );

function regression(
  count: number,
  make: (index: number) => { expected: number; actual: number },
  unit?: string,
): string {
  const pairs = times(count, index => ({ vector: index, element: 0, ...make(index) }));
  const [worst] = pairs;
  if (!worst) throw new Error('a regression has a worst pair');
  const errors = { mae: 1e12, rmse: 0.000012345 };
  const metrics: RegressionMetrics = {
    ...errors,
    bias: -1e12,
    judged: 1e5,
    golden: errors,
    float: errors,
    worst,
    pairs,
  };
  return regressionChart(unit === undefined ? metrics : { ...metrics, unit });
}

function roc(points: number, score: number | null): string {
  const metrics: RocMetrics = {
    auc: 0.987_123_4,
    goldenAuc: 0.98,
    floatAuc: 1,
    positives: 1e6,
    negatives: 1e6,
    points: times(points, index => ({
      score: 1 - index / points,
      falsePositiveRate: index / (points - 1),
      truePositiveRate: (index / (points - 1)) ** 0.2,
    })),
    atThreshold: { score, falsePositiveRate: 0.0123, truePositiveRate: 0.93 },
  };
  return rocChart(metrics);
}

function scores(count: number, scoreOf: (index: number) => number | null, threshold?: number): string {
  const given = times(count, index => ({ name: name80, windows: 5, label: index % 2, score: scoreOf(index) }));
  const metrics: AnomalyMetrics = { score: 'output', inputs: 20_000, scores: given };
  return scoresChart(threshold === undefined ? metrics : { ...metrics, threshold });
}

function trace(samples: number, valueOf: (index: number) => number, lanes: DrawnTrace['lanes'] = []): string {
  const source = traceOf({}, times(samples, valueOf));
  return traceChart({
    title: `Current ${name80}`,
    facts: name80.repeat(3),
    envelope: envelopeOf(source, { first: 0, end: samples }, traceColumns),
    factor: 1,
    unit: 'mA',
    rateHz: 7,
    origin: { sample: 3, text: 'the first sample' },
    lanes,
  });
}
const lanesOf = (samples: number) =>
  ['inferences', 'sleep', 'duty cycle', 'application', 'lost', 'saturated', 'edges lost'].map(name => ({
    name,
    tone: 'bad' as const,
    stretches: [{ first: samples / 2, end: samples }],
  }));

const amounts = (values: readonly number[]): InferenceFigures => {
  const [min = 0, max = 0] = extent(values);
  return { min, p50: min, p99: max, max, mean: (min + max) / 2, low: min / 2, high: max * 2, values };
};
const energy = (values: readonly number[]) =>
  energyChart(
    { kind: 'energy', basis: 'measured', taken: { inference: amounts(values), aboveSleep: amounts(values) } },
    [aVerdict({ budget: 'energy.measured.inference', unit: 'µJ', limit: 200 })],
  );

function battery(cycle: Cycle, periodUs: number, cells: readonly Partial<BatteryMetrics>[]): string {
  const own = { ...knownCells.CR2032, basis: 'measured', meanMa: 1, periodUs, from: 'dutyCycle' } as const;
  const plain = { ...own, limitedBy: 'charge', lifeDays: 9, lowDays: 8, highDays: 10 } as const;
  const batteries = cells.map((cell, index): BatteryMetrics => ({ ...plain, cell: `${index} ${name80}`, ...cell }));
  const asked = batteries.map(({ cell }, index) =>
    aVerdict({ budget: `battery.measured.${cell}`, limit: 100 + index, unit: 'days', relation: '>=' }),
  );
  return batteryChart({ basis: 'measured', cycle, batteries }, asked);
}
const cycle = { chargeUc: 100, inferenceUs: 10_000, sleepMa: 0.002 };

const charts: Readonly<Record<string, string>> = {
  'one budget': budgetsChart([aVerdict()]),
  'budgets with long names and large figures': budgetsChart(budgets),
  'one inference': latency([371_204]),
  '5 inferences': latency(spread(5)),
  '500 inferences': latency(spread(500)),
  '100,000 inferences': latency(spread(100_000)),
  'inferences that all took as long': latency(times(300, () => 371_204)),
  'one inference far from all others': latency([...spread(299), 90_000_000]),
  'inferences of one and two ticks': latency(times(10, index => 1 + (index % 2))),
  'inferences of 4 trillion ticks': latency(times(50, index => 4e12 + index)),
  '2 classes': confusion(2, 25),
  '2 classes with long names': confusion(2, 123_456, index => index + name80),
  '10 classes with long names': confusion(10, 123_456, index => index + name80),
  '20 classes with long names': confusion(20, 123_456, index => index + name80),
  '40 classes': confusion(40, 25),
  '40 classes with long names': confusion(40, 5, index => index + name80),
  '100 classes with long names': confusion(100, 5, index => index + name80),
  'one difference': differences(1, () => ({})),
  'differences of the whole range': differences(10, index =>
    index === 3 ? { vector: 1_234_567, element: 1_234_567, expected: -(2 ** 31), actual: 2 ** 31 - 1 } : {},
  ),
  'differences of floats': differences(5, index => ({ expected: 0.123 + index * 1e-4, actual: 0.124 })),
  'outputs that are not finite': differences(2, () => ({ expected: null, actual: null })),
  'one operator': operators(1, 5),
  '100 operators with long names and large figures': operators(100, 123_456_789_012, name80),
  'operators that took nothing': operators(3, 0),
  'one regression': regression(1, () => ({ expected: 20, actual: 21 })),
  '500 regressions': regression(500, index => ({ expected: -20 + index / 10, actual: index / 10 - 21 }), '°C'),
  'regressions that are all right': regression(50, () => ({ expected: 0, actual: 0 })),
  'regressions of huge values in a long unit': regression(
    50,
    index => ({ expected: 1e12 + index * 1e9, actual: 1e12 + index * 1.1e9 }),
    name80,
  ),
  'regressions of tiny values': regression(50, index => ({ expected: index * 1e-7, actual: index * 1.1e-7 })),
  'a regression far from all others': regression(51, index => ({
    expected: index,
    actual: index === 25 ? 1e6 : index,
  })),
  'a ROC curve of three points': roc(3, null),
  'a ROC curve of 200 points': roc(200, 1.234_567e-9),
  'a trace of one sample': trace(1, () => 5),
  'a trace that was lost': trace(100, () => Number.NaN, lanesOf(100)),
  'a trace of nothing': trace(5000, () => 0, lanesOf(5000)),
  'a trace of many decades': trace(5000, index => 10 ** (index / 500 - 6), lanesOf(5000)),
  'a trace of two decades': trace(5000, index => 0.1 + (index % 100)),
  'a trace around zero': trace(5000, index => Math.sin(index / 9) / 1000),
  'a trace of huge values': trace(5000, index => 1e9 + index),
  'energy of one inference': energy([123.4]),
  'energy of 500 inferences': energy(spread(500)),
  'five cells with long names and near budgets': battery(cycle, 1e6, [
    {},
    {},
    { lifeDays: null, limitedBy: 'pulse' },
    {},
    {},
    {},
  ]),
  'a cell of inferences without a pause': battery(cycle, 10_000, [{}]),
  'a cell of one inference a day': battery(cycle, 86_400e6, [{ lifeDays: 3652.5, limitedBy: 'shelf' }]),
  'a cell that lasts minutes': battery({ ...cycle, sleepMa: 9000 }, 1e6, [
    { lifeDays: 0.01, lowDays: 0.001, highDays: 0.1 },
  ]),
  'a cell of one inference of a microsecond': battery({ chargeUc: 1e-3, inferenceUs: 1, sleepMa: 1e-6 }, 1e6, [{}]),
  'a cell that gives nothing': battery(cycle, 1e6, [{ lifeDays: null, limitedBy: 'pulse' }]),
  'one score': scores(1, () => 5, 12),
  '500 scores': scores(500, index => 10 + (index % 2) * 3 + Math.sin(index), 12),
  'equal scores': scores(20, () => 0),
  'a score far from all others, and one that is not finite': scores(50, index =>
    index === 3 ? null : index === 5 ? 1e9 : index,
  ),
};

test.each(Object.keys(charts))('%s: no text is cut off or lies over another', name => {
  expect(misplacedTexts(charts[name] ?? '')).toEqual([]);
  expect(charts[name]).not.toMatch(/NaN|Infinity|undefined/);
});

test('a text that is cut off, and one over another, are seen', () => {
  const drawing = [
    label({ x: 700, y: 90 }, 'far too long for here'),
    label({ x: 30, y: 90 }, 'under'),
    label({ x: 50, y: 95 }, 'over'),
  ];
  expect(misplacedTexts(chartSvg({ height: 120, title: 'A', facts: 'b', drawing }))).toEqual([
    '"far too long for here" is cut off',
    '"under" lies over "over"',
  ]);
});
