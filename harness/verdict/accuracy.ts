import type { Budget, Task } from '../suite/suite.ts';
import { formatQuantity } from '../units.ts';
import { perClassOf } from './accuracy/per-class.ts';
import { judgeFigure, notMeasured } from './budget.ts';
import { classCount, classify } from './classify.ts';
import type { GoldenComparison } from './golden.ts';
import type { Reference } from './reference.ts';
import type { AccuracyMetrics, Verdict } from './result.ts';
import { byVector, explainEnd, type Session } from './session.ts';
import { bytesOf, type TensorSpec, valuesOf } from './tensor.ts';

/** What accuracy is computed from. `labels` [vectors] are class indexes. */
export interface Labelled {
  readonly task: Task;
  readonly session: Session;
  readonly reference: Reference;
  readonly labels: readonly number[] | undefined;
}

/** Accuracy, or why there is none. `note` says where to look: the first vector that was classified wrong. */
export type Accuracy =
  | { readonly metrics: AccuracyMetrics; readonly note?: string; readonly missing?: never }
  | { readonly missing: string; readonly metrics?: never };

/**
 * Classifies the model's first output. A vector counts once, and as right only when every inference of it was right.
 * The host's figures, and with them the loss against the float twin, are over every vector, measured or not.
 */
export function measureAccuracy({ task, session, reference, labels }: Labelled): Accuracy {
  const [output] = reference.outputs;
  const fault = labelFault(task, output, labels);
  if (!output || !labels || fault) return { missing: fault ?? 'the model has no output' };

  const judged = judgedVectors({ task, session, labels }, output);
  if (judged.length === 0) return { missing: `no outputs were measured: ${explainEnd(session.end)}` };
  const classes = classNames(task, classCount(task, output.elements));
  const wrong = judged.filter(({ label, predicted }) => label !== predicted);
  const correct = judged.length - wrong.length;
  const [first] = wrong;
  const confusion = confusionOf(judged, classes.length);
  return {
    metrics: {
      of: 'vectors',
      top1: percentOf(correct, judged.length),
      correct,
      judged: judged.length,
      ...hostAccuracy({ task, reference, labels }, output),
      classes,
      perClass: perClassOf(confusion, classes),
      confusion,
    },
    ...(first && {
      note: `the first one wrong is vector ${first.vector}: ${classes[first.label]}, taken for ${classes[first.predicted]}`,
    }),
  };
}

/** Judges top-1 over the measured vectors. */
export function judgeTop1(budget: Budget, accuracy: Accuracy, { end }: Session): Verdict {
  if (accuracy.missing !== undefined) return notMeasured(budget, accuracy.missing);
  const { top1, correct, judged } = accuracy.metrics;
  const note = accuracy.note === undefined ? {} : { note: accuracy.note };
  const detail = `${correct} of ${judged}`;
  return judgeFigure(budget, { name: 'top-1', value: top1, detail, ...note, evidence: 'moves' }, end);
}

/**
 * Judges how much top-1 the int8 model loses against its float twin: on the host's golden, over every vector. It holds for the device
 * as far as the device's outputs are the golden, and the verdict says when they are not.
 */
export function judgeLoss(
  budget: Budget,
  accuracy: Accuracy,
  seen: { readonly session: Session; readonly golden: GoldenComparison | undefined },
): Verdict {
  if (accuracy.missing !== undefined) return notMeasured(budget, accuracy.missing);
  const { goldenTop1 = 0, floatTop1, lossVsFloatPp } = accuracy.metrics;
  if (floatTop1 === undefined || lossVsFloatPp === undefined) {
    return notMeasured(budget, 'the suite names no float twin: add model.float');
  }
  const detail = `float ${formatQuantity(floatTop1, '%', 2)}, int8 golden ${formatQuantity(goldenTop1, '%', 2)}`;
  const note = seen.golden && deviceNote(seen.golden);
  return judgeFigure(
    budget,
    { name: 'loss', value: lossVsFloatPp, detail, ...(note && { note }), evidence: 'final' },
    seen.session.end,
  );
}

function deviceNote({ differences, measuredVectors }: GoldenComparison): string | undefined {
  if (differences.length === 0) return undefined;
  return `the device's own loss may differ: its outputs are not the golden in ${differences.length} of ${measuredVectors} vectors`;
}

interface Judged {
  readonly vector: number;
  readonly label: number;
  readonly predicted: number;
}

function judgedVectors(
  { task, session, labels }: Pick<Labelled, 'task' | 'session'> & { labels: readonly number[] },
  output: TensorSpec,
): readonly Judged[] {
  return byVector(session).flatMap((inferences, vector) => {
    const label = labels[vector];
    const predictions = inferences.map(inference => classify(task, firstOutput(inference.output, output)));
    const predicted = predictions.find(prediction => prediction !== label) ?? predictions[0];
    return label === undefined || predicted === undefined ? [] : [{ vector, label, predicted }];
  });
}

function hostAccuracy(
  { task, reference, labels }: Pick<Labelled, 'task' | 'reference'> & { labels: readonly number[] },
  output: TensorSpec,
): Pick<AccuracyMetrics, 'goldenTop1' | 'floatTop1' | 'lossVsFloatPp'> {
  const { golden, float } = reference;
  if (golden.length === 0) return {};
  const countRight = (values: (vector: number) => ArrayLike<number>) =>
    golden.filter((_, vector) => classify(task, values(vector)) === labels[vector]).length;
  const goldenRight = countRight(vector => firstOutput(golden[vector] ?? new Uint8Array(), output));
  const goldenTop1 = percentOf(goldenRight, golden.length);
  if (!float) return { goldenTop1 };

  const floatRight = countRight(vector => float[vector] ?? []);
  return {
    goldenTop1,
    floatTop1: percentOf(floatRight, golden.length),
    lossVsFloatPp: percentOf(floatRight - goldenRight, golden.length), // from the counts: a difference of percentages would round
  };
}

/** Why these labels and this output make no accuracy. */
function labelFault(
  task: Task,
  output: TensorSpec | undefined,
  labels: readonly number[] | undefined,
): string | undefined {
  if (!labels) return 'the suite has no labels: add vectors.labels';
  if (!output) return 'the model has no output';
  if (task.kind === 'binary' && output.elements !== 1) {
    return `a binary task judges one score, and the model's first output has ${output.elements} elements`;
  }
  const classes = classCount(task, output.elements);
  const vector = labels.findIndex(label => !Number.isInteger(label) || label < 0 || label >= classes);
  return vector < 0
    ? undefined
    : `the label of vector ${vector} is ${labels[vector]}, and there are ${classes} classes`;
}

function firstOutput(bytes: Uint8Array, output: TensorSpec): readonly number[] {
  return valuesOf(bytes.subarray(0, bytesOf(output)), output);
}

function classNames(task: Task, count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) => ('classes' in task ? task.classes?.[index] : undefined) ?? String(index),
  );
}

function confusionOf(judged: readonly Judged[], classes: number): readonly (readonly number[])[] {
  const counts = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (const { label, predicted } of judged) {
    const row = counts[label];
    if (row) row[predicted] = (row[predicted] ?? 0) + 1;
  }
  return counts;
}

function percentOf(count: number, total: number): number {
  return (100 * count) / total;
}
