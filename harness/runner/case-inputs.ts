import { createHash } from 'node:crypto';
import { readNamed } from '../files.ts';
import { type Model, readModel } from '../model/tflite.ts';
import type { Suite } from '../suite/suite.ts';
import { loadVectors, type Vectors } from '../vectors/vectors.ts';

/** What a suite measures with, read from its files. */
export interface CaseInputs {
  readonly model: Uint8Array;
  readonly modelSha256: string;
  readonly parsed: Model;
  readonly vectors: Vectors;
}

/** Reads a suite's model and vectors. Throws InputError where they are wrong, or do not fit each other. */
export function loadCaseInputs(suite: Suite): CaseInputs {
  const model = readNamed(suite.model.file);
  const parsed = readModel(model, suite.model.file);
  const modelSha256 = createHash('sha256').update(model).digest('hex');
  return { model, modelSha256, parsed, vectors: loadVectors(suite, parsed) };
}

/** The float twin, where the suite names one. */
export function loadFloatTwin(suite: Suite): Model | undefined {
  const { float } = suite.model;
  return float === undefined ? undefined : readModel(readNamed(float), float);
}
