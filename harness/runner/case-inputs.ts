import { createHash } from 'node:crypto';
import { readNamed } from '../files.ts';
import { type Model, readModel } from '../model/tflite.ts';
import { type AnySuite, hasModel, type Suite, withModel } from '../suite/suite.ts';
import { loadVectors, type Vectors } from '../vectors/vectors.ts';

/** What a suite measures with, read from its files. */
export interface CaseInputs {
  readonly model: Uint8Array;
  readonly modelSha256: string;
  readonly parsed: Model;
  readonly vectors: Vectors;
}

/** Reads a suite's model and vectors. Throws InputError where they are wrong, do not fit each other, or where there are none. */
export function loadCaseInputs(given: AnySuite): CaseInputs {
  const suite = withModel(given);
  const model = loadModel(suite);
  return { ...model, vectors: loadVectors(suite, model.parsed) };
}

/** The same of a suite that has a model; undefined of one whose firmware only prints. */
export function loadModelInputs(suite: AnySuite): CaseInputs | undefined {
  return hasModel(suite) ? loadCaseInputs(suite) : undefined;
}

/** Reads a suite's model. Throws InputError for a file that is none. */
export function loadModel({ model: { file } }: Suite): Omit<CaseInputs, 'vectors'> {
  const model = readNamed(file);
  const modelSha256 = createHash('sha256').update(model).digest('hex');
  return { model, modelSha256, parsed: readModel(model, file) };
}

/** The float twin, where the suite names one. */
export function loadFloatTwin(suite: Suite): Model | undefined {
  const { float } = suite.model;
  return float === undefined ? undefined : readModel(readNamed(float), float);
}
