import { elementCount, type Tensor } from '../model/tflite.ts';
import type { Preprocess } from '../suite/suite.ts';
import { type Encoder, encoderOf, expectFinite } from './encode.ts';
import type { Fail } from './fail.ts';
import type { VectorFormat } from './format.ts';
import type { Values } from './formats/numbers.ts';
import type { Codes, Input, Part } from './input.ts';
import { type Prepared, prepare } from './preprocess.ts';
import { canFill, isShapeOf, type Shape, shapeMisfit } from './shape.ts';
import { tensorBytes, vectorBytes } from './tensors.ts';

/** Makes inputs into vectors. */
export interface Vectorizer {
  /** The vectors that an input becomes; `vector` is the number of the first. Throws `fail(…)` for what the model cannot take. */
  vectorsOf(input: Input, vector: number, fail: Fail): Iterable<Uint8Array>;
  /** To be called after the last. Throws `fail(…)` when no value at all lay within what an input of the model holds. */
  expectRange(fail: Fail): void;
}

/** For a model and a suite's steps. Throws `fail(…)` for steps that nobody could say the meaning of. */
export function vectorizerOf(format: VectorFormat, fail: Fail): Vectorizer {
  const { tensors, preprocess = [] } = format;
  if (tensors.length > 1 && preprocess.length > 0) {
    throw fail(`preprocessing is for one input, and the model has ${tensors.length}`, 'leave it out', ['preprocess']);
  }
  const fillers = tensors.map(tensor => fillerOf(tensor, format));
  return {
    vectorsOf(input, vector, failHere) {
      if ('vectors' in input) return rawVectors(input.vectors, tensors, vector, failHere);
      const [only = [], ...others] = input.parts.map(
        (part, index) => fillers[index]?.fill(part, vector, failHere) ?? [],
      );
      return others.length === 0 ? only : [Buffer.concat([only, ...others].flatMap(vectors => [...vectors]))];
    },
    expectRange(failHere) {
      for (const filler of fillers) filler.encoder?.expectRange(failHere);
    },
  };
}

interface Filler {
  readonly encoder: Encoder | undefined;
  fill(part: Part, vector: number, fail: Fail): Iterable<Uint8Array>;
}

/** Makes what one tensor gets; the steps are made ready once for inputs of one shape that follow each other. */
function fillerOf(tensor: Tensor, format: VectorFormat): Filler {
  let encoder: Encoder | undefined;
  let ready: { readonly shape: Shape; readonly steps: Prepared } | undefined;
  return {
    get encoder() {
      return encoder;
    },
    fill(part, vector, fail) {
      if (ready?.shape !== part.shape) ready = { shape: part.shape, steps: readySteps(part, tensor, format, fail) };
      if ('codes' in part) return movedCodes(part, format, fail);
      encoder ??= encoderOf(tensor, fail);
      if (part.brightest !== undefined && keepsRange(format))
        encoder.expectPixels({ brightest: part.brightest, canScale: format.preprocess !== undefined }, fail);
      return encoded(ready.steps.transform(part.values), encoder, { vector, fail });
    },
  };
}

function* encoded(
  vectors: Iterable<Values>,
  encoder: Encoder,
  { vector, fail }: { vector: number; fail: Fail },
): Generator<Uint8Array> {
  let next = vector;
  for (const values of vectors) yield encoder.encode(values, next++, fail);
}

function readySteps(part: Part, tensor: Tensor, { preprocess }: VectorFormat, fail: Fail): Prepared {
  const steps = prepare(preprocess ?? [], part.shape, fail);
  const isSound = 'sampleHz' in part; // whose channels are no more samples of one
  if (isSound ? isShapeOf(steps.shape, tensor) : canFill(steps.shape, tensor)) return steps;
  const given = { shape: steps.shape, counted: false, canPreprocess: preprocess !== undefined, isSound };
  if (!preprocess?.length) throw shapeMisfit(given, tensor, fail);
  throw shapeMisfit(given, tensor, (what, fix) => fail(`after preprocessing ${what}`, fix, ['preprocess']));
}

/** Vectors as they are, floats among them finite. */
function* rawVectors(bytes: Uint8Array, tensors: readonly Tensor[], first: number, fail: Fail): Generator<Uint8Array> {
  const stride = vectorBytes(tensors, fail);
  for (let start = 0, vector = first; start < bytes.length; start += stride, vector++) {
    const whole = bytes.subarray(start, start + stride);
    let at = 0;
    for (const tensor of tensors) {
      const end = at + tensorBytes(tensor, fail);
      if (tensor.type === 'float32')
        expectFinite(new Float32Array(new Uint8Array(whole.subarray(at, end)).buffer), vector, fail);
      at = end;
    }
    yield whole;
  }
}

/** Codes are windowed byte by byte: their bytes are one more axis, the last. */
function* movedCodes({ shape, codes }: Codes, { preprocess = [] }: VectorFormat, fail: Fail): Generator<Uint8Array> {
  const steps = prepare(preprocess, [...shape, codes.length / elementCount(shape)], fail);
  for (const bytes of steps.transform(codes)) yield bytes instanceof Uint8Array ? bytes : Uint8Array.from(bytes);
}

/** Whether the steps leave the largest value that there may be as it is. */
function keepsRange({ preprocess = [] }: VectorFormat): boolean {
  return preprocess.every(({ kind }) => rangeKeepers.has(kind));
}

const rangeKeepers: ReadonlySet<Preprocess['kind']> = new Set(['resize', 'gray', 'window']);
