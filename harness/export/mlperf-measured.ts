import type { PrintedSample, Recording, WindowSample } from '../recording/recording.ts';
import type { Truth } from '../suite/truth.ts';
import { windowUs } from '../verdict/windows.ts';
import type { FileScores } from './mlperf-figures.ts';
import type { Benchmark } from './mlperf-sets.ts';

/** A whole case, as its files have it. */
export interface Measured {
  readonly benchmark: Benchmark;
  readonly identity: NonNullable<Recording['manifest']['mlperf']>;
  readonly finishedAt: string;
  readonly files: readonly MeasuredFile[];
  readonly windows: readonly MeasuredWindow[];
}

/** An input file, and every inference of it. */
export interface MeasuredFile extends FileScores {
  readonly inferences: readonly PrintedSample[];
}

export interface MeasuredWindow extends WindowSample {
  readonly file: string;
  /** Which window of the file was its input. */
  readonly segment: number;
  readonly label: number;
  readonly lengthUs: number;
}

/** Brings what was recorded and what is right together. Labels and samples that are missing have been found before. */
export function measuredOf(
  { recording, truth }: { readonly recording: Recording; readonly truth: Truth },
  benchmark: Benchmark,
): Measured {
  const { mlperf, finishedAt } = recording.manifest;
  if (!mlperf) throw new RangeError('a recording of other firmware was let through');
  const files = filesOf(recording, truth);
  const fileOf = files.flatMap(file => file.vectors.map(() => file));
  const windows = measuredWindows(recording).map(window => {
    const file = fileOf[window.vector];
    const segment = window.vector - (file?.vectors[0] ?? 0);
    return { ...window, file: file?.name ?? '', segment, label: file?.label ?? 0, lengthUs: windowUs(window) };
  });
  return { benchmark, identity: mlperf, finishedAt, files, windows };
}

/** Those that a submission is of; the others only tell whether the clock counts. */
export function measuredWindows({ samples }: Recording): readonly WindowSample[] {
  return samples.filter(sample => sample.kind === 'window' && sample.purpose === 'measured') as WindowSample[];
}

/** How many files the inputs of a recording are; each vector is one, unless the suite says which were cut from one. */
export function countFiles({ manifest }: Recording, { sources }: Truth): number {
  return sources?.length ?? manifest.vectors?.count ?? 0;
}

function filesOf(
  recording: Recording,
  truth: Truth,
): readonly (MeasuredFile & { readonly vectors: readonly number[] })[] {
  const byVector = new Map<number, PrintedSample[]>();
  for (const sample of recording.samples)
    if (sample.kind === 'printed') byVector.set(sample.vector, [...(byVector.get(sample.vector) ?? []), sample]);
  const sources = truth.sources ?? unnamed(recording.manifest.vectors?.count ?? 0);
  let next = 0;
  return sources.map(({ name, count }) => {
    const vectors = Array.from({ length: count }, () => next++);
    const inferences = vectors.flatMap(vector => byVector.get(vector) ?? []);
    const results = inferences.map(sample => sample.results.map(Number));
    return { name, label: truth.labels?.[vectors[0] ?? 0] ?? 0, vectors, inferences, results };
  });
}

function unnamed(count: number): { readonly name: string; readonly count: number }[] {
  return Array.from({ length: count }, (_, vector) => ({
    name: `vector-${String(vector).padStart(4, '0')}`,
    count: 1,
  }));
}
