import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import type { CaseResult, ClassMetrics, LatencyMetrics, Metrics, Verdict } from '../verdict/result.ts';
import { type Attachment, csv, exactly, plain, type Row, svg } from './attachment.ts';
import { budgetsChart, isBudget } from './charts/budgets.ts';
import { confusionChart } from './charts/confusion.ts';
import { differencesChart } from './charts/differences.ts';
import { latencyChart, unitPerTick } from './charts/latency.ts';
import { operatorsChart } from './charts/operators.ts';
import { regressionChart } from './charts/regression.ts';
import { rocChart } from './charts/roc.ts';
import { scoresChart } from './charts/scores.ts';
import { currentAttachments } from './current-attachments.ts';
import { uartText } from './uart.ts';

/** Every chart, table and log that a case's metrics and its recording (under `folder`) allow; what was not measured is absent. */
export function attachmentsOf(result: CaseResult, folder: string): Attachment[] {
  return [
    ...budgets(result.verdicts),
    ...latency(result),
    ...currentAttachments(result, folder),
    ...operators(result.metrics),
    ...accuracy(result.metrics),
    ...roc(result.metrics),
    ...regression(result.metrics),
    ...anomaly(result.metrics),
    ...differences(result.metrics),
    ...logFigures(result.metrics),
    ...uartLog(result, folder),
    ...crashDump(result, folder),
    ...evidence(result, folder),
  ];
}

function budgets(verdicts: readonly Verdict[]): Attachment[] {
  return verdicts.some(isBudget) ? [svg('Budgets', budgetsChart(verdicts))] : [];
}

function latency(result: CaseResult): Attachment[] {
  const { latency: measured } = result.metrics;
  if (!measured || measured.ticks.length === 0) return [];
  return [
    svg('Latency', latencyChart(measured, result.verdicts)),
    csv('Latency of each inference', latencyRows(measured)),
  ];
}

function latencyRows(measured: LatencyMetrics): Row[] {
  const factor = unitPerTick(measured);
  return [
    ['inference', 'ticks', measured.unit],
    ...measured.ticks.map((ticks, index) => [index, ticks, ticks * factor]),
  ];
}

function operators({ operators: measured, latency: total }: Metrics): Attachment[] {
  if (!measured || measured.length === 0) return [];
  const ticks = measured.reduce((sum, operator) => sum + operator.ticks, 0);
  const rows = measured.map(({ index, name, ticks: own, macs }) => [
    index,
    name,
    own,
    ticks ? (own / ticks) * 100 : 0,
    macs ?? '',
    macs ? own / macs : '',
  ]);
  return [
    svg('Ticks by operator', operatorsChart(measured, total)),
    csv('Ticks by operator (table)', [['operator', 'name', 'ticks', 'share %', 'MACs', 'ticks per MAC'], ...rows]),
  ];
}

function accuracy({ accuracy: measured }: Metrics): Attachment[] {
  if (!measured || measured.confusion.length === 0) return [];
  const names = measured.confusion.map((_, index) => measured.classes[index] ?? String(index));
  const rows = measured.confusion.map((counts, actual) => [names[actual] ?? '', ...counts]);
  return [
    svg('Confusion matrix', confusionChart(measured)),
    csv('Confusion matrix (table)', [['actual \\ predicted', ...names], ...rows]),
    ...(measured.perClass.length > 0 ? [csv('Classes (table)', classRows(measured.perClass))] : []),
  ];
}

function classRows(classes: readonly ClassMetrics[]): Row[] {
  return [
    ['class', 'support', 'predicted', 'precision %', 'recall %', 'F1 %'],
    ...classes.map(({ name, support, predicted, precision, recall, f1 }) => [
      name,
      support,
      predicted,
      precision ?? '',
      recall ?? '',
      f1 ?? '',
    ]),
  ];
}

function roc({ roc: measured }: Metrics): Attachment[] {
  if (!measured || measured.points.length === 0) return [];
  const rows = measured.points.map(({ score, falsePositiveRate, truePositiveRate }) => [
    exactly(score),
    exactly(falsePositiveRate),
    exactly(truePositiveRate),
  ]);
  return [
    svg('ROC curve', rocChart(measured)),
    csv('ROC curve (table)', [['score', 'false positive rate', 'true positive rate'], ...rows]),
  ];
}

function regression({ regression: measured }: Metrics): Attachment[] {
  if (!measured || measured.pairs.length === 0) return [];
  const rows = measured.pairs.map(({ vector, element, expected, actual }) => [
    vector,
    element,
    exactly(expected),
    exactly(actual),
    exactly(actual - expected),
  ]);
  return [
    svg('Predicted against true', regressionChart(measured)),
    csv('Predicted against true (table)', [['vector', 'element', 'true', 'predicted', 'error'], ...rows]),
  ];
}

function anomaly({ anomaly: measured }: Metrics): Attachment[] {
  if (!measured || measured.scores.length === 0) return [];
  const rows = measured.scores.map(({ name, windows, label, score }) => [
    name,
    label === 1 ? 'anomalous' : 'normal',
    windows,
    exactly(score),
  ]);
  return [
    svg('Anomaly scores', scoresChart(measured)),
    csv('Anomaly scores (table)', [['input', 'label', 'windows', 'score'], ...rows]),
  ];
}

function differences({ golden }: Metrics): Attachment[] {
  if (!golden || golden.differences.length === 0) return [];
  const rows = golden.differences.map(({ vector, element, expected, actual, diffLsb, differingElements }) => [
    vector,
    element,
    expected ?? 'not finite',
    actual ?? 'not finite',
    diffLsb,
    differingElements,
  ]);
  const header = ['vector', 'worst element', 'expected', 'actual', 'difference LSB', 'differing elements'];
  return [
    svg('First differing vectors', differencesChart(golden)),
    csv('First differing vectors (table)', [header, ...rows]),
  ];
}

function logFigures({ log }: Metrics): Attachment[] {
  if (!log || log.figures.length === 0) return [];
  const header = ['figure', 'unit', 'count', 'min', 'median', 'p90', 'p99', 'max', 'mean', 'last'];
  const rows = log.figures.map(
    ({ name, unit, count, ...figure }): Row => [
      name,
      unit,
      count,
      ...(['min', 'median', 'p90', 'p99', 'max', 'mean', 'last'] as const).map(key => exactly(figure[key])),
    ],
  );
  return [csv('Figures of the log', [header, ...rows])];
}

/** The whole of it, whatever the verdict. */
function crashDump({ recording }: CaseResult, folder: string): Attachment[] {
  const dump = recording === null ? undefined : readIfThere(join(folder, recording, 'crash.txt'));
  return dump ? [plain('Crash dump', dump.toString('utf8'))] : [];
}

function uartLog(result: CaseResult, folder: string): Attachment[] {
  if (result.recording === null) return [];
  const printed = readIfThere(join(folder, result.recording, 'log.txt'));
  if (printed) return [plain('Log', printed.toString('utf8'))];
  const log = readableLog(join(folder, result.recording));
  return log ? [plain('UART log', log)] : [];
}

/** What an emulator has left, of a case that is not as it should be. */
function evidence({ status, recording }: CaseResult, folder: string): Attachment[] {
  if (recording === null || status === 'passed') return [];
  const read = (name: string) => readIfThere(join(folder, recording, name));
  const [log, core, snapshot] = ['renode.log', 'core.txt', 'snapshot.save'].map(read);
  return [
    ...(log ? [plain('Renode log', log.subarray(-shownLogBytes).toString('utf8'))] : []),
    ...(core ? [plain('Core state', core.toString('utf8'))] : []),
    ...(snapshot
      ? [{ name: 'Snapshot', type: 'application/octet-stream', extension: 'save', content: snapshot } as const]
      : []),
  ];
}

const shownLogBytes = 64 << 10;

function readIfThere(path: string): Buffer | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** A damaged recording costs its log, not the report. */
function readableLog(recording: string): string {
  try {
    return uartText(recording);
  } catch (error) {
    return `The log cannot be read: ${messageOf(error)}`;
  }
}
