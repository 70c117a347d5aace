import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadBoards } from './boards.ts';
import { loadSuite } from './load.ts';
import { hasModel, withModel } from './suite.ts';

const boards = loadBoards([join(import.meta.dirname, 'fixtures', 'boards')]);
const folder = mkdtempSync(join(tmpdir(), 'tickmark-log-suite-'));
afterAll(() => rmSync(folder, { recursive: true }));

function load(text: string) {
  const file = join(folder, 'suite.yaml');
  writeFileSync(file, text);
  return loadSuite(file, boards);
}

const monitor = `suite: monitor
targets: [nucleo-l4r5zi]
firmware: { nucleo-l4r5zi: { protocol: log, baud: 9600 } }
log:
  until: ^bye
  for: 2 min
  inferences: 50
  metrics: ['I=(?<run_ma>[0-9.]+)']
  uplink: '^TX'
  identity: { app_version: '1.4.2' }
  rate: 120 MHz
budgets:
  latency: { silicon: { p50: '<= 12 ms' } }
  metrics:
    run_ma: { max: '<= 12 mA', median: { limit: '<= 9500 µA', optional: true } }
    inference_ticks: { p90: '<= 4 kticks' }
    confidence_percent: { min: '>= 80 %', count: '>= 50' }
`;

test('a suite of firmware that only prints needs no model', () => {
  const suite = load(monitor);
  expect(hasModel(suite)).toBe(false);
  expect(suite.log).toEqual({
    until: '^bye',
    forMs: 120_000,
    inferences: 50,
    metrics: ['I=(?<run_ma>[0-9.]+)'],
    fail: [],
    ignore: [],
    uplink: '^TX',
    identity: { app_version: '1.4.2' },
    rateHz: 120e6,
    runsVectors: false,
  });
  expect(suite.firmware).toEqual({ 'nucleo-l4r5zi': { protocol: 'log', baud: 9600 } });
});

test('a figure of a log is bounded in the unit that its name ends with', () => {
  const bounds = load(monitor).budgets.map(
    ({ budget, relation, limit, unit, optional }) =>
      `${budget} ${relation} ${limit} ${unit}${optional ? ' (optional)' : ''}`,
  );
  expect(bounds).toEqual([
    'latency.silicon.p50 <= 12000 µs',
    'metrics.run_ma.median <= 9.5 mA (optional)',
    'metrics.run_ma.max <= 12 mA',
    'metrics.inference_ticks.p90 <= 4000 ticks',
    'metrics.confidence_percent.min >= 80 %',
    'metrics.confidence_percent.count >= 50 1',
  ]);
});

test('where a model is needed, a suite without one says so', () => {
  expect(() => withModel(load(monitor))).toThrow(/suite\.yaml: has no model/);
});
