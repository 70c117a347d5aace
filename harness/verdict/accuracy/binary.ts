import type { Task } from '../../suite/suite.ts';
import { type Accuracy, type Given, lacking, mapViews } from './finding.ts';
import { labelFault } from './outcomes.ts';
import { eachVector, type Outputs, outputsOf } from './outputs.ts';
import type { Scored } from './roc.ts';
import { measureScores, worstScore } from './scores.ts';
import { type NameOf, vectorNames } from './vector-names.ts';

/** The one output is each vector's score. */
export function measureBinary(given: Given<Extract<Task, { readonly kind: 'binary' }>>): Accuracy {
  const { task, session, reference, truth, golden } = given;
  const { labels } = truth;
  if (!labels) return lacking('the suite has no labels: add vectors.labels');
  const elements = reference.outputs[0]?.elements;
  if (elements !== 1) {
    return lacking(`a binary task judges one score, and the model's first output has ${elements} elements`);
  }
  const fault = labelFault(labels, 2);
  if (fault) return lacking(fault);
  return measureScores({
    task,
    of: 'vectors',
    classes: task.classes ?? ['0', '1'],
    scores: mapViews(outputsOf(session, reference), outputs =>
      scoresOf(outputs, { labels, nameOf: vectorNames(truth) }),
    ),
    golden,
  });
}

function scoresOf(
  outputs: Outputs,
  { labels, nameOf }: { readonly labels: readonly number[]; readonly nameOf: NameOf },
): readonly Scored[] {
  return eachVector(outputs, (inferences, vector) => {
    const label = labels[vector];
    if (label === undefined) return undefined;
    const score = worstScore(
      inferences.map(values => values[0] ?? Number.NaN),
      label,
    );
    return { name: nameOf(vector), label, score };
  });
}
