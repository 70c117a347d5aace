import type { Suite } from '../../suite/suite.ts';
import { measureAccuracy } from '../accuracy/accuracy.ts';
import { type Accuracy, lacking } from '../accuracy/finding.ts';
import type { Reference } from '../reference.ts';
import type { Inference, Session } from '../session.ts';
import { bytesOf, partsOf, type TensorSpec, valuesOf } from '../tensor.ts';
import type { Heard } from './heard.ts';
import type { Subject } from './judge.ts';

/** What a log's scores are worth, where the suite says that they are of its vectors in their order. */
export function measureLogAccuracy(heard: Heard, session: Session, { suite, subject }: Given): Accuracy {
  if (!suite.log?.runsVectors)
    return lacking('the suite does not say that the firmware runs its vectors (log.runsVectors)');
  const classes = classesOf(suite, subject.reference);
  const answers = answersOf(heard, suite, classes);
  if (typeof answers === 'string') return lacking(answers);
  if (answers.length !== session.vectors * session.boots)
    return lacking(
      `the log has ${answers.length} answers, and there are ${session.vectors * session.boots} of ${session.vectors} vectors: which is whose is not known`,
    );
  const inferences = answers.map((values, index) => inferenceOf(values, index, session.vectors));
  return measureAccuracy({
    task: suite.task,
    session: { ...session, inferences },
    reference: asReals(subject.reference, answers[0]?.length ?? 0),
    golden: undefined,
    truth: subject.truth,
    inputs: subject.inputs,
  });
}

interface Given {
  readonly suite: Suite;
  readonly subject: Subject;
}

/** By name, in the order of the outputs; indexes where the suite names none. */
function classesOf({ task }: Suite, { outputs }: Reference): readonly string[] {
  const named = task.kind === 'classification' || task.kind === 'binary' ? task.classes : undefined;
  return named ?? Array.from({ length: outputs[0]?.elements ?? 0 }, (_, index) => String(index));
}

/** The values of each answer in the order of the classes, or why they cannot be had. */
function answersOf(
  { scores, values }: Heard,
  { task }: Suite,
  classes: readonly string[],
): readonly (readonly number[])[] | string {
  const confidence = values.get('confidence_percent') ?? [];
  const isScore = task.kind === 'binary' || (task.kind === 'anomaly' && task.score === 'output');
  if (isScore && scores.length === 0 && confidence.length > 0) return confidence.map(({ value }) => [value / 100]);
  if (scores.length === 0) return 'the log tells no scores of classes';
  if (task.kind !== 'classification')
    return `scores of classes are answers of a classification task, and this one is ${task.kind}`;
  const answers: number[][] = [];
  for (const { scores: told, line } of scores) {
    const byLabel = new Map(told);
    const row = classes.map(name => byLabel.get(name));
    const known = row.filter(value => value !== undefined);
    if (known.length !== classes.length || told.length !== classes.length)
      return `line ${line} has scores of ${told.map(([label]) => label).join(', ')}, the task's classes are ${classes.join(', ')}`;
    answers.push(known);
  }
  return answers;
}

function inferenceOf(values: readonly number[], index: number, vectors: number): Inference {
  const output = new Uint8Array(Float32Array.from(values).buffer);
  return { boot: Math.floor(index / vectors), vector: index % vectors, output };
}

/** Logs tell real values: so have the host's own to be. */
function asReals(reference: Reference, elements: number): Reference {
  const [first] = reference.outputs;
  const spec: TensorSpec = { name: first?.name ?? 'output', type: 'float32', elements, scale: 1, zeroPoint: 0 };
  const realsOf = (bytes: Uint8Array): Uint8Array => {
    if (!first) return new Uint8Array();
    const [part = bytes] = partsOf(bytes.subarray(0, bytesOf(first)), [first]);
    return new Uint8Array(Float32Array.from(valuesOf(part, first)).buffer);
  };
  return { ...reference, outputs: [spec], golden: reference.golden.map(realsOf) };
}
