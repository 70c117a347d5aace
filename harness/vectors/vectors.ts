import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { elementCount, type Model, type Tensor } from '../model/tflite.ts';
import { Misfit } from '../suite/misfit.ts';
import type { Suite } from '../suite/suite.ts';
import type { Truth } from '../suite/truth.ts';
import { readLabels } from './labels.ts';
import type { Fail } from './npy.ts';
import { readVectors } from './read.ts';
import { checkTask } from './task.ts';

/** What a suite feeds its model, and what is right. */
export interface Vectors extends Truth {
  readonly count: number;
  /** The bytes of all input tensors, end to end, as the DUT gets them [count]. */
  readonly inputs: readonly Uint8Array[];
  /** SHA-256 over all the inputs. */
  readonly sha256: string;
}

/**
 * Reads the vectors and labels of a suite, cut to `first`, and checks that they, the task and the model fit each other.
 * Throws InputError: at the line of the suite, or of the labels, that is wrong.
 */
export function loadVectors(suite: Suite, model: Model): Vectors {
  const outputs = tensorsOf(model, model.outputs);
  checkTask(suite, outputs);
  const fail: Fail = (what, fix) =>
    new Misfit(suite, ['vectors', 'inputs'], `${basename(suite.vectors.inputs)}: ${what}; ${fix}`);
  const { preprocess, first } = suite.vectors;
  const all = readVectors(suite.vectors.inputs, { tensors: tensorsOf(model, model.inputs), preprocess }, fail);
  if (first !== undefined && first > all.length) {
    throw new Misfit(suite, ['vectors', 'first'], `first is ${first}, and there are ${all.length} vectors`);
  }

  const inputs = all.slice(0, first);
  const labels = loadLabels(suite, outputs, inputs.length);
  return { count: inputs.length, inputs, ...(labels && { labels }), sha256: sha256Of(inputs) };
}

function loadLabels(suite: Suite, [output]: readonly Tensor[], count: number): readonly number[] | undefined {
  const { task, vectors } = suite;
  if (vectors.labels === undefined) return undefined;
  const classCount = task.kind === 'binary' ? 2 : elementCount(output?.shape ?? []);
  const labels = readLabels(vectors.labels, {
    classes: 'classes' in task ? task.classes : undefined,
    classCount,
  }).slice(0, vectors.first);
  if (labels.length !== count) {
    const what = `${basename(vectors.labels)} has ${labels.length} labels for ${count} vectors: write one line a vector`;
    throw new Misfit(suite, ['vectors', 'labels'], what);
  }
  return labels;
}

function tensorsOf(model: Model, indexes: readonly number[]): readonly Tensor[] {
  return indexes.flatMap(index => model.tensors[index] ?? []);
}

function sha256Of(inputs: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(input);
  return hash.digest('hex');
}
