import type { LogSample, Recording } from '../../recording/recording.ts';
import type { LogFigure, LogMetrics } from '../result.ts';
import { ascending, percentile } from '../stats.ts';

type SampleOf<Kind> = Extract<LogSample, { readonly kind: Kind }>;

/** What a recording has of a log. */
export interface Heard {
  /** Those that were kept one by one, by name, in their order. */
  readonly values: ReadonlyMap<string, readonly SampleOf<'metric'>[]>;
  readonly metrics: LogMetrics;
  readonly profiles: readonly SampleOf<'profile'>[];
  readonly scores: readonly SampleOf<'scores'>[];
  readonly failures: readonly SampleOf<'alarm'>[];
  readonly warnings: readonly SampleOf<'alarm'>[];
  readonly crashes: readonly SampleOf<'crash'>[];
  readonly unprintable: number;
  readonly leftOut: number;
  /** Of inferences: by the lines that tell one, of whichever kind there are most. */
  readonly inferences: number;
}

/** Reads what a log told out of its recording. */
export function readHeard({ samples }: Pick<Recording, 'samples'>): Heard {
  const ofKind = <Kind extends LogSample['kind']>(kind: Kind): readonly SampleOf<Kind>[] =>
    samples.filter((sample): sample is SampleOf<Kind> => sample.kind === kind);
  const values = byName(ofKind('metric'));
  const rests = byName(ofKind('metric-rest'));
  const alarms = ofKind('alarm');
  const [failures, warnings] = (['fail', 'warning'] as const).map(kind => alarms.filter(({ alarm }) => alarm === kind));
  const logs = ofKind('log');
  const scores = ofKind('scores');
  const sum = (field: 'lines' | 'bytes' | 'unprintable' | 'leftOut') =>
    logs.reduce((total, log) => total + log[field], 0);
  const figures = [...values].map(([name, kept]) => figureOf(name, kept, rests.get(name) ?? []));
  const marks = figures.filter(({ name }) => name.startsWith('inference_') || name === 'confidence_percent');
  const profiles = ofKind('profile');
  return {
    values,
    metrics: {
      lines: sum('lines'),
      bytes: sum('bytes'),
      failures: failures?.length ?? 0,
      warnings: warnings?.length ?? 0,
      figures,
      facts: Object.fromEntries(ofKind('fact').map(({ name, text }) => [name, text])),
    },
    profiles,
    scores,
    failures: failures ?? [],
    warnings: warnings ?? [],
    crashes: ofKind('crash'),
    unprintable: sum('unprintable'),
    leftOut: sum('leftOut'),
    inferences: Math.max(scores.length, profiles.length, ...marks.map(({ count }) => count)),
  };
}

function byName<Named extends { readonly name: string }>(samples: readonly Named[]): ReadonlyMap<string, Named[]> {
  const groups = new Map<string, Named[]>();
  for (const sample of samples) {
    const group = groups.get(sample.name);
    if (group) group.push(sample);
    else groups.set(sample.name, [sample]);
  }
  return groups;
}

/** Least, most, mean and sum are of all values; percentiles of those that were kept. */
function figureOf(
  name: string,
  kept: readonly SampleOf<'metric'>[],
  rests: readonly SampleOf<'metric-rest'>[],
): LogFigure {
  const sorted = ascending(kept.map(({ value }) => value));
  const count = rests.reduce((total, rest) => total + rest.count, kept.length);
  const sum = rests.reduce(
    (total, rest) => total + rest.sum,
    kept.reduce((total, { value }) => total + value, 0),
  );
  return {
    name,
    unit: kept[0]?.unit ?? '1',
    count,
    min: Math.min(percentile(sorted, 0), ...rests.map(({ min }) => min)),
    median: percentile(sorted, 50),
    p90: percentile(sorted, 90),
    p99: percentile(sorted, 99),
    max: Math.max(percentile(sorted, 100), ...rests.map(({ max }) => max)),
    mean: sum / count,
    last: rests.at(-1)?.last ?? kept.at(-1)?.value ?? 0,
    sum,
    ...(count > kept.length && { kept: kept.length }),
  };
}
