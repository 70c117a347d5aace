import type { Task } from '../../suite/suite.ts';
import type { Source, Truth } from '../../suite/truth.ts';
import type { Reference } from '../reference.ts';
import type { AnomalyMetrics } from '../result.ts';
import { explainEnd } from '../session.ts';
import { evenly, mean } from '../stats.ts';
import { partsOf, valuesOf } from '../tensor.ts';
import { type Accuracy, type Given, lacking, mapViews } from './finding.ts';
import { labelFault } from './outcomes.ts';
import { type Outputs, outputsOf, type Values } from './outputs.ts';
import type { Scored } from './roc.ts';
import { measureScores, worstScore } from './scores.ts';

type AnomalyTask = Extract<Task, { readonly kind: 'anomaly' }>;

/**
 * An input's score is the mean over its windows, as MLPerf Tiny's runner takes it of the `ad` firmware's answers. That firmware compares
 * its reconstruction with the float input it was sent; here both are the model's own, dequantized, since the codes are what the DUT gets.
 */
export function measureAnomaly(given: Given<AnomalyTask>): Accuracy {
  const { task, session, reference, truth, golden } = given;
  const fault = faultOf(given);
  if (fault) return lacking(fault);
  const inputs = windowsOf(truth);
  const scoreOf = windowScore(given);
  const scores = mapViews(outputsOf(session, reference), outputs =>
    inputs.flatMap(input => scoreInput(input, outputs, scoreOf) ?? []),
  );

  if (scores.measured.length === 0) return lacking(`no input was measured to its end: ${explainEnd(session.end)}`);

  const { metrics, find } = measureScores({ task, of: 'inputs', classes: ['normal', 'anomalous'], scores, golden });
  return { metrics: { ...metrics, anomaly: anomalyMetrics(task, scores.measured) }, find };
}

/** One input and its windows: vectors from `first` on. */
interface Windowed extends Source {
  readonly first: number;
  readonly label: number;
}

interface ScoredInput extends Scored {
  readonly windows: number;
}

type WindowScore = (values: Values, vector: number) => number;

function faultOf({ task, reference, truth: { labels, sources } }: Given<AnomalyTask>): string | undefined {
  if (!labels) return 'the suite has no labels: add vectors.labels';
  const [input] = reference.inputs;
  const [output] = reference.outputs;
  if (task.score === 'reconstruction' && input?.elements !== output?.elements) {
    return `a reconstruction has as many elements as its input: the model's input has ${input?.elements}, its output ${output?.elements}`;
  }
  if (task.score === 'output' && output?.elements !== 1) {
    return `the output is the score, and the model's first output has ${output?.elements} elements`;
  }
  const mixed = windowsOf({ labels, ...(sources && { sources }) }).find(({ first, count, label }) =>
    labels.slice(first, first + count).some(other => other !== label),
  );
  return mixed ? `the windows of ${mixed.name} do not all have the same label` : labelFault(labels, 2);
}

/** Without sources, each vector is an input of its own. */
function windowsOf({ labels = [], sources }: Truth): readonly Windowed[] {
  const named = sources ?? labels.map((_, vector) => ({ name: `vector ${vector}`, count: 1 }));
  let first = 0;
  return named.map(source => {
    const windowed = { ...source, first, label: labels[first] ?? 0 };
    first += source.count;
    return windowed;
  });
}

function windowScore({ task, reference, inputs }: Given<AnomalyTask>): WindowScore {
  if (task.score === 'output') return values => values[0] ?? Number.NaN;
  const elements = reference.outputs[0]?.elements;
  return (values, vector) =>
    isPrintedScore(values, elements)
      ? (values[0] ?? Number.NaN)
      : meanSquaredDifference(values, inputValues(inputs[vector], reference));
}

/** MLPerf Tiny's `ad` firmware computes the score itself, and prints nothing else. */
function isPrintedScore(values: Values, elements = 1): boolean {
  return values.length === 1 && elements > 1;
}

function inputValues(bytes: Uint8Array | undefined, { inputs }: Reference): Values {
  const [spec] = inputs;
  const [part] = partsOf(bytes ?? new Uint8Array(), inputs);
  return spec && part ? valuesOf(part, spec) : [];
}

function meanSquaredDifference(a: Values, b: Values): number {
  let sum = 0;
  for (let element = 0; element < a.length; element++) sum += ((a[element] ?? 0) - (b[element] ?? Number.NaN)) ** 2;
  return sum / a.length;
}

/** Undefined unless all windows were measured. */
function scoreInput(
  { name, count, first, label }: Windowed,
  outputs: Outputs,
  scoreOf: WindowScore,
): ScoredInput | undefined {
  const vectors = Array.from({ length: count }, (_, index) => first + index);
  const windows = vectors.map(vector => outputs.of(vector).map(values => scoreOf(values, vector)));
  if (windows.some(scores => scores.length === 0)) return undefined;
  return { name, label, windows: count, score: mean(windows.map(scores => worstScore(scores, label))) };
}

/** Enough for any picture. */
const mostScores = 1000;

function anomalyMetrics({ score, threshold }: AnomalyTask, inputs: readonly ScoredInput[]): AnomalyMetrics {
  return {
    score,
    ...(threshold !== undefined && { threshold }),
    inputs: inputs.length,
    scores: evenly(inputs, mostScores).map(({ name, windows, label, score: value }) => ({
      name,
      windows,
      label,
      score: Number.isFinite(value) ? value : null,
    })),
  };
}
