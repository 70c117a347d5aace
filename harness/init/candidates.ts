import { basename } from 'node:path';
import { InputError } from '../errors.ts';
import { modelFacts } from '../model/facts.ts';
import { elementCount, type Model, type Tensor } from '../model/tflite.ts';
import { formatQuantity } from '../units.ts';
import { openGolden } from '../verdict/reference.ts';
import type { Found, FoundModel } from './search.ts';

/** A model to write a suite for. */
export interface Candidate {
  /** The suite's name. */
  readonly name: string;
  readonly model: Model;
  /** Where its file lies, relative to the repository; absent for one that only an image carries: its bytes become a file. */
  readonly path?: string;
  readonly bytes: Uint8Array;
  /** The float32 model of the same shapes, where there is exactly one that can be meant. */
  readonly float?: FoundModel;
  readonly arenaEstimateBytes: number;
}

/** The quantized models of a repository, each under a name of its own: those that are files, then those that only images carry. */
export function candidatesIn({ models, images }: Found): readonly Candidate[] {
  const quantized = models.filter(({ model }) => isQuantized(model));
  const carried = images
    .flatMap(image => image.models.map(each => ({ ...each, stem: each.symbol?.name ?? stemOf(image.path) })))
    .filter(({ model }) => isQuantized(model))
    .filter(({ bytes }) => !quantized.some(file => startsWith(bytes, file.bytes)));
  const taken = new Set<string>();
  return [
    ...quantized.map(({ path, bytes, model }) => ({ path, bytes, model, stem: stemOf(path) })),
    ...carried.map(({ bytes, model, stem }) => ({ bytes, model, stem })),
  ].map(({ stem, ...found }) => {
    const float = twinOf(found.model, models);
    const { arenaEstimateBytes } = modelFacts(found.model);
    return { ...found, name: freeName(stem, taken), ...(float && { float }), arenaEstimateBytes };
  });
}

/** Why the host cannot compute a model's outputs; undefined when it can. */
export function whyNotRun(model: Model, name: string): string | undefined {
  const { arenaEstimateBytes } = modelFacts(model);
  if (arenaEstimateBytes > mostArenaBytes)
    return `it takes an arena of about ${formatQuantity(arenaEstimateBytes, 'B')}, and targets have a part of that`;
  try {
    openGolden(model, name);
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.what;
    throw error;
  }
}

/** As much RAM as a board may have; the shapes in a file may ask for any. */
const mostArenaBytes = 16 << 20;

/** Whether a target can be fed with it: float32 inputs are a float twin's. */
function isQuantized(model: Model): boolean {
  const inputs = tensorsOf(model, model.inputs);
  return inputs.length > 0 && inputs.every(({ type }) => type === 'int8' || type === 'uint8' || type === 'int16');
}

function twinOf(model: Model, models: readonly FoundModel[]): FoundModel | undefined {
  const twins = models.filter(other => {
    const pairs = tensorsOf(model, [...model.inputs, ...model.outputs]);
    const others = tensorsOf(other.model, [...other.model.inputs, ...other.model.outputs]);
    const isTwin =
      others.every(({ type }) => type === 'float32') && pairs.map(sizeOf).join() === others.map(sizeOf).join();
    return isTwin && whyNotRun(other.model, other.path) === undefined;
  });
  return twins.length === 1 ? twins[0] : undefined;
}

function sizeOf({ shape }: Tensor): number {
  return elementCount(shape);
}

function tensorsOf({ tensors }: Model, indexes: readonly number[]): readonly Tensor[] {
  return indexes.flatMap(index => tensors[index] ?? []);
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, start.length), start) === 0;
}

function stemOf(path: string): string {
  return basename(path).replace(/\.[^.]*$/, '');
}

/** A suite's name out of a file's or a symbol's, and a number behind it where it is taken. */
function freeName(stem: string, taken: Set<string>): string {
  const slug = stem
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
  const base = slug || 'model';
  const name = [base, ...Array.from({ length: 1000 }, (_, index) => `${base}-${index + 2}`)].find(
    each => !taken.has(each),
  );
  taken.add(name ?? base);
  return name ?? base;
}
