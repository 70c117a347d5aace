import { aucOf } from '../verdict/accuracy/roc.ts';

/** What was printed for one input file, an inference each: repeats of it, or its windows. */
export interface FileScores {
  readonly name: string;
  readonly label: number;
  readonly results: readonly (readonly number[])[];
}

/**
 * Top-1 in percent and AUC [0…1], as the runner of MLPerf Tiny has them (summarize_result in benchmark/runner/main.py): results are
 * scaled to a sum of 1, and averaged over the file; with one result that is the score. AUC is undefined where a class has no file.
 */
export function figuresOf(files: readonly FileScores[]): { readonly top1: number; readonly auc: number | undefined } {
  const scored = files.map(file => ({ ...file, scores: meanOf(file.results.map(scaled)) }));
  const columns = scored[0]?.scores.length ?? 0;
  if (columns === 1) return { top1: bestOfThresholds(scored), auc: aucFor(1, 0, scored) };
  const right = scored.filter(({ label, scores }) => scores.indexOf(Math.max(...scores)) === label);
  return {
    top1: (100 * right.length) / files.length,
    auc: columns === 2 ? aucFor(1, 1, scored) : oneVersusRest(scored),
  };
}

/** The middle one of an odd number of values. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

interface ScoredFile extends FileScores {
  readonly scores: readonly number[];
}

/** A single result is a score of its own; nor does a sum of 0 scale, on which the runner itself ends. */
function scaled(results: readonly number[]): readonly number[] {
  const sum = results.reduce((a, b) => a + b, 0);
  return results.length === 1 || sum === 0 ? results : results.map(result => result / sum);
}

function meanOf(rows: readonly (readonly number[])[]): readonly number[] {
  const [first = []] = rows;
  return first.map((_, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0) / rows.length);
}

function aucFor(positive: number, column: number, files: readonly ScoredFile[]): number | undefined {
  return aucOf(
    files.map(({ name, label, scores }) => ({ name, label: label === positive ? 1 : 0, score: scores[column] ?? 0 })),
  );
}

function oneVersusRest(files: readonly ScoredFile[]): number | undefined {
  const columns = files[0]?.scores.length ?? 0;
  const areas = Array.from({ length: columns }, (_, column) => aucFor(column, column, files));
  return areas.reduce<number | undefined>(
    (sum, area) => (sum === undefined || area === undefined ? undefined : sum + area / columns),
    0,
  );
}

/** Of anomaly scores the runner calls the best mean of precision and recall over 100 thresholds its Top 1%. No accuracy; nobody judges it. */
function bestOfThresholds(files: readonly ScoredFile[]): number {
  const scores = files.map(({ scores: [score = 0] }) => score);
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  const shares = Array.from({ length: 100 }, (_, step) => {
    const threshold = least + step * 0.01 * (most - least);
    const isAbove = (file: ScoredFile) => (file.scores[0] ?? 0) > threshold;
    const positives = files.filter(({ label }) => label === 1);
    const truePositives = positives.filter(isAbove).length;
    const precision = truePositives / (files.filter(isAbove).length + 1e-8);
    const recall = truePositives / (positives.length + 1e-8);
    return (100 * (precision + recall)) / 2;
  });
  return Math.max(...shares);
}
