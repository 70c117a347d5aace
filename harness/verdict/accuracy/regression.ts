import type { Task } from '../../suite/suite.ts';
import { formatQuantity } from '../../units.ts';
import type { ErrorMetrics, RegressionMetrics, RegressionPair } from '../result.ts';
import { evenIndexes } from '../stats.ts';
import {
  type Accuracy,
  type AccuracySubject,
  type Finding,
  type Given,
  hostTexts,
  lacking,
  mapViews,
  unfit,
} from './finding.ts';
import { eachVector, type Outputs, outputsOf, type Values } from './outputs.ts';
import { type NameOf, vectorNames } from './vector-names.ts';

type RegressionTask = Extract<Task, { readonly kind: 'regression' }>;

/** Errors of the first output against the right values, over all elements of all vectors. */
export function measureRegression(given: Given<RegressionTask>): Accuracy {
  const { task, session, reference, truth } = given;
  const { values } = truth;
  const elements = reference.outputs[0]?.elements ?? 0;
  if (!values) return lacking('the suite has no right values: name a CSV with a column "value" in vectors.labels');
  const fault = valueFault(values, elements);
  if (fault) return lacking(fault);

  const nameOf = vectorNames(truth);
  const answers = mapViews(outputsOf(session, reference), outputs => answersOf(outputs, values));
  const { measured, golden, float } = mapViews(answers, errorsOf);
  if (!Number.isFinite(measured.rmse)) {
    return { metrics: {}, find: subject => (isError(subject) ? notFinite(measured, nameOf) : unfit(subject, task)) };
  }
  const metrics: RegressionMetrics = {
    ...(task.unit !== undefined && { unit: task.unit }),
    judged: answers.measured.length,
    ...measured,
    ...(golden && Number.isFinite(golden.rmse) && { golden: { mae: golden.mae, rmse: golden.rmse } }),
    ...(float && Number.isFinite(float.rmse) && { float: { mae: float.mae, rmse: float.rmse } }),
    pairs: pairsOf(answers.measured, elements),
  };
  return {
    metrics: { regression: metrics },
    find: subject => (isError(subject) ? errorFigure(subject.metric, metrics, nameOf) : unfit(subject, task)),
  };
}

type ErrorSubject = AccuracySubject & { readonly metric: 'mae' | 'rmse' };

function isError(subject: AccuracySubject): subject is ErrorSubject {
  return subject.metric === 'mae' || subject.metric === 'rmse';
}

/** What one vector gave, by the inference that is farthest off. */
interface Answer {
  readonly vector: number;
  readonly expected: Values;
  readonly actual: Values;
}

type Errors = ErrorMetrics & Pick<RegressionMetrics, 'bias' | 'worst'>;

function valueFault(values: readonly (readonly number[])[], elements: number): string | undefined {
  const vector = values.findIndex(expected => expected.length !== elements);
  if (vector < 0) return undefined;
  return `vector ${vector} has ${values[vector]?.length} right values, and the model's output ${elements} elements`;
}

function answersOf(outputs: Outputs, values: readonly Values[]): readonly Answer[] {
  return eachVector(outputs, (inferences, vector) => {
    const expected = values[vector];
    return expected && { vector, expected, actual: farthest(inferences, expected) };
  });
}

function farthest(inferences: readonly Values[], expected: Values): Values {
  const distances = inferences.map(actual => squaredDistance(actual, expected));
  return inferences[distances.indexOf(Math.max(...distances))] ?? [];
}

function squaredDistance(actual: Values, expected: Values): number {
  let sum = 0;
  for (let element = 0; element < expected.length; element++) sum += distance(actual[element], expected[element]) ** 2;
  return sum;
}

/** What is not a number is as far off as can be. */
function distance(actual = Number.NaN, expected = 0): number {
  return Number.isNaN(actual) ? Number.POSITIVE_INFINITY : Math.abs(actual - expected);
}

function errorsOf(answers: readonly Answer[]): Errors {
  let [count, absolute, squared, signed, farthestOff] = [0, 0, 0, 0, -1];
  let worst: RegressionPair = { vector: 0, element: 0, expected: 0, actual: 0 };
  for (const answer of answers) {
    for (let element = 0; element < answer.expected.length; element++) {
      const pair = pairAt(answer, element);
      const off = distance(pair.actual, pair.expected);
      count++;
      absolute += off;
      squared += off ** 2;
      signed += pair.actual - pair.expected;
      if (off > farthestOff) [farthestOff, worst] = [off, pair];
    }
  }
  return { mae: absolute / count, rmse: Math.sqrt(squared / count), bias: signed / count, worst };
}

/** Enough for any picture. */
const mostPairs = 500;

function pairsOf(answers: readonly Answer[], elements: number): readonly RegressionPair[] {
  return evenIndexes(answers.length * elements, mostPairs).flatMap(index => {
    const answer = answers[Math.floor(index / elements)];
    return answer ? pairAt(answer, index % elements) : [];
  });
}

function pairAt({ vector, expected, actual }: Answer, element: number): RegressionPair {
  return { vector, element, expected: expected[element] ?? 0, actual: actual[element] ?? Number.NaN };
}

/** An answer that is no number fails any bound, and has no figure to fail it with. */
function notFinite({ worst: { vector, element, expected, actual } }: Errors, nameOf: NameOf): Finding {
  const reason = `${nameOf(vector)}, element ${element} is ${actual} where ${formatQuantity(expected, '1')} is right: there is no mean error`;
  return { status: 'failed', reason };
}

function errorFigure(metric: 'mae' | 'rmse', metrics: RegressionMetrics, nameOf: NameOf): Finding {
  const { judged, golden, float, worst, unit } = metrics;
  const shown = (value: number) => `${formatQuantity(value, '1')} ${unit ?? ''}`.trimEnd();
  const host = hostTexts({ golden: golden?.[metric], float: float?.[metric] }, shown);
  return {
    name: metric.toUpperCase(),
    value: metrics[metric],
    ...(unit !== undefined && { symbol: unit }),
    detail: [`${judged} vectors`, ...host].join('; '),
    note: `farthest off is ${nameOf(worst.vector)}, element ${worst.element}: expected ${shown(worst.expected)}, got ${shown(worst.actual)}`,
    evidence: 'moves',
  };
}
