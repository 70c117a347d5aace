import { unitOf } from '../metric-names.ts';
import { bases, type Parsed, parseBound, type Relation, type Unit } from '../units.ts';
import { type BoundFormat, formats, parseFormat } from './formats.ts';
import {
  type Budget,
  type BudgetSubject,
  type CurrentBasis,
  type CurrentWindow,
  currentBases,
  currentWindows,
  type LatencyMetric,
  type Statistic,
  statistics,
} from './suite.ts';
import type { Budgets } from './suite-file.generated.ts';

type Bound = string | { readonly limit: string; readonly optional?: boolean };
type Subject = Exclude<BudgetSubject, { kind: 'golden' | 'metric' }>;

const percentiles: readonly LatencyMetric[] = ['p50', 'p90', 'p99', 'max'];

const latencyFormats = {
  silicon: 'time-at-most',
  'modelled-cycles': 'cycles-at-most',
  instructions: 'instructions-at-most',
  host: 'time-at-most',
} as const;

/** The bounds of a file that its schema has accepted, in the order reports show them. */
export function parseBudgets({
  golden,
  accuracy,
  latency,
  memory,
  current,
  energy,
  charge,
  battery,
  uplink,
  metrics = {},
}: Budgets): readonly Budget[] {
  const rows: readonly (Budget | undefined)[] = [
    goldenBudget(golden),
    bound({ kind: 'accuracy', metric: 'top1' }, 'percent-at-least', accuracy?.top1),
    ...Object.entries(accuracy?.topK ?? {}).map(([k, written]) =>
      bound({ kind: 'accuracy', metric: 'topK', k: Number(k) }, 'percent-at-least', written),
    ),
    ...(['precision', 'recall'] as const).flatMap(metric =>
      Object.entries(accuracy?.[metric] ?? {}).map(([name, written]) =>
        bound({ kind: 'accuracy', metric, class: name }, 'percent-at-least', written),
      ),
    ),
    bound({ kind: 'accuracy', metric: 'rocAuc' }, 'fraction-at-least', accuracy?.rocAuc),
    bound({ kind: 'accuracy', metric: 'mae' }, 'number-at-most', accuracy?.mae),
    bound({ kind: 'accuracy', metric: 'rmse' }, 'number-at-most', accuracy?.rmse),
    bound({ kind: 'accuracy', metric: 'lossVsFloat' }, 'points-at-most', accuracy?.lossVsFloat),
    ...bases.flatMap(basis =>
      percentiles.map(metric =>
        bound({ kind: 'latency', metric, basis }, latencyFormats[basis], latency?.[basis]?.[metric]),
      ),
    ),
    ...(['arena', 'flash', 'ram', 'stack'] as const).map(metric =>
      bound({ kind: 'memory', metric }, 'bytes-at-most', memory?.[metric]),
    ),
    bound({ kind: 'memory', metric: 'weightsVsFloat' }, 'percent-at-most', memory?.weightsVsFloat),
    ...currentBases.flatMap(basis =>
      currentWindows.flatMap(window =>
        (['mean', 'p50', 'p99', 'peak'] as const).map(metric =>
          bound(
            { kind: 'current', basis, window, metric },
            'current-at-most',
            boundsOf(current, basis, window)?.[metric],
          ),
        ),
      ),
    ),
    ...currentBases.flatMap(basis =>
      (['inference', 'aboveSleep'] as const).flatMap(metric => [
        bound({ kind: 'charge', basis, metric }, 'charge-at-most', charge?.[basis]?.[metric]),
        bound({ kind: 'energy', basis, metric }, 'energy-at-most', energy?.[basis]?.[metric]),
      ]),
    ),
    ...currentBases.flatMap(basis =>
      Object.entries(battery?.[basis] ?? {}).map(([cell, written]) =>
        bound({ kind: 'battery', basis, cell }, 'life-at-least', written),
      ),
    ),
    bound({ kind: 'uplink', metric: 'saved' }, 'percent-at-least', uplink?.saved),
    ...Object.entries(metrics).flatMap(([metric, bounds]) =>
      statistics.map(statistic => metricBudget(metric, statistic, bounds[statistic])),
    ),
  ];
  return rows.filter(row => row !== undefined);
}

type CurrentBounds = NonNullable<NonNullable<Budgets['current']>['measured']>;

/** Of a modelled current there are fewer windows, and no percentiles. */
function boundsOf(current: Budgets['current'], basis: CurrentBasis, window: CurrentWindow) {
  const bounds: CurrentBounds | undefined = current?.[basis];
  return bounds?.[window];
}

function goldenBudget(golden: Budgets['golden']): Budget | undefined {
  const written = golden?.maxDiffLsb;
  if (written === undefined) return undefined;
  const { limit, optional = false } = typeof written === 'number' ? { limit: written } : written;
  return { kind: 'golden', budget: 'golden.maxDiffLsb', relation: '<=', limit, unit: 'LSB', optional };
}

function metricBudget(metric: string, statistic: Statistic, written: Bound | undefined): Budget | undefined {
  if (written === undefined) return undefined;
  const { limit: text, optional = false } = typeof written === 'string' ? { limit: written } : written;
  const parsed = parseMetricBound(metric, statistic, text);
  if (parsed.fault !== undefined) throw new RangeError(parsed.fault); // checks/log.ts has accepted it
  const budget = `metrics.${metric}.${statistic}`;
  return { kind: 'metric', metric, statistic, budget, ...parsed.value, optional };
}

/** A bound in the unit that a metric's name ends with; how often it is told is a plain number. */
export function parseMetricBound(
  metric: string,
  statistic: Statistic,
  text: string,
): Parsed<{ readonly relation: Relation; readonly limit: number; readonly unit: Unit }> {
  const unit = statistic === 'count' ? '1' : unitOf(metric).unit;
  const relation = /^\s*[>≥]/.test(text) ? '>=' : '<=';
  const parsed = parseBound(text, unit, relation);
  return parsed.fault === undefined ? { value: { ...parsed.value, unit } } : parsed;
}

function bound(subject: Subject, format: BoundFormat, written: Bound | undefined): Budget | undefined {
  if (written === undefined) return undefined;
  const { limit: text, optional = false } = typeof written === 'string' ? { limit: written } : written;
  const parsed = parseFormat(format, text);
  if (parsed.fault !== undefined) throw new RangeError(parsed.fault); // the schema has accepted it
  const { unit, relation } = formats[format];
  return {
    ...subject,
    budget: pathOf(subject).join('.'),
    relation,
    limit: parsed.value,
    unit,
    optional,
  };
}

function pathOf(subject: Subject): readonly (string | number)[] {
  if (subject.kind === 'latency') return [subject.kind, subject.basis, subject.metric];
  if (subject.kind === 'current') return [subject.kind, subject.basis, subject.window, subject.metric];
  if (subject.kind === 'energy' || subject.kind === 'charge') return [subject.kind, subject.basis, subject.metric];
  if (subject.kind === 'battery') return [subject.kind, subject.basis, subject.cell];
  if (subject.metric === 'topK') return [subject.kind, subject.metric, subject.k];
  if (subject.metric === 'precision' || subject.metric === 'recall')
    return [subject.kind, subject.metric, subject.class];
  return [subject.kind, subject.metric];
}
