import type { Task } from '../../suite/suite.ts';
import { argMax, placeOf } from '../classify.ts';
import type { AccuracyMetrics } from '../result.ts';
import { classFigure, hasClasses } from './class-figures.ts';
import { type Accuracy, type Finding, type Given, lacking, mapViews, notFound, unfit } from './finding.ts';
import { accuracyOf, classNames, labelFault, type Outcome } from './outcomes.ts';
import { eachVector, type Outputs, outputsOf } from './outputs.ts';
import { percentOf } from './share.ts';
import { type NameOf, vectorNames } from './vector-names.ts';

interface Ranked extends Outcome {
  /** How many outputs are before the right one, in the inference where most are. */
  readonly place: number;
}

/** Top-1, top-k, and precision and recall of each class, by the largest of the outputs. */
export function measureClassification(given: Given<Extract<Task, { readonly kind: 'classification' }>>): Accuracy {
  const { task, session, reference, truth, golden } = given;
  const classes = classNames(task.classes, reference.outputs[0]?.elements ?? 0);
  const { labels } = truth;
  if (!labels) return lacking('the suite has no labels: add vectors.labels');
  const fault = labelFault(labels, classes.length);
  if (fault) return lacking(fault);

  const outcomes = mapViews(outputsOf(session, reference), outputs =>
    ranked(outputs, { labels, nameOf: vectorNames(truth) }),
  );
  const metrics: AccuracyMetrics = {
    ...accuracyOf({ of: 'vectors', classes, outcomes }),
    topK: topKOf(outcomes.measured, classes.length),
  };
  return {
    metrics: { accuracy: metrics },
    find(subject) {
      if (subject.metric === 'topK') return topKFigure(subject.k, outcomes.measured, classes);
      return hasClasses(subject)
        ? classFigure(subject, { metrics, outcomes: outcomes.measured, golden })
        : unfit(subject, task);
    },
  };
}

function ranked(
  outputs: Outputs,
  { labels, nameOf }: { readonly labels: readonly number[]; readonly nameOf: NameOf },
): readonly Ranked[] {
  return eachVector(outputs, (inferences, vector) => {
    const label = labels[vector];
    if (label === undefined) return undefined;
    const predicted =
      inferences.map(values => predict(values, label)).find(prediction => prediction !== label) ?? label;
    const place = Math.max(...inferences.map(values => (Number.isNaN(values[label]) ? last : placeOf(values, label))));
    return { name: nameOf(vector), label, predicted, place };
  });
}

const last = Number.POSITIVE_INFINITY;

/** The largest output's class; where no output is a number, none is right, and the class after the right one stands for that. */
function predict(values: ArrayLike<number>, label: number): number {
  const predicted = argMax(values);
  return predicted === label && Number.isNaN(values[label]) ? (label + 1) % values.length : predicted;
}

/** Shown whether or not a budget asks for them; with all classes, top-k is no question. */
const shownK = [1, 2, 3, 4, 5];

function topKOf(outcomes: readonly Ranked[], classes: number): Readonly<Record<string, number>> {
  const shown = shownK.filter(k => k < classes);
  return Object.fromEntries(shown.map(k => [k, percentOf(hits(outcomes, k), outcomes.length)]));
}

function topKFigure(k: number, outcomes: readonly Ranked[], classes: readonly string[]): Finding {
  if (k >= classes.length)
    return notFound(`top-${k} of ${classes.length} classes is met whatever the outputs are: ask for fewer`);
  const right = hits(outcomes, k);
  const first = outcomes.find(({ place }) => place >= k);
  const note =
    first && `the first one missed is ${first.name}: ${classes[first.label]} ${placeText(first.place, classes.length)}`;
  return {
    name: `top-${k}`,
    value: percentOf(right, outcomes.length),
    detail: `${right} of ${outcomes.length}`,
    ...(note && { note }),
    evidence: 'moves',
  };
}

function placeText(place: number, classes: number): string {
  return place < classes ? `comes at place ${place + 1} of ${classes}` : 'is not a number';
}

function hits(outcomes: readonly Ranked[], k: number): number {
  return outcomes.filter(({ place }) => place < k).length;
}
