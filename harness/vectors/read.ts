import type { Source } from '../suite/truth.ts';
import { type Fail, within } from './fail.ts';
import type { VectorFormat } from './format.ts';
import type { Input } from './input.ts';
import { openInputs } from './open.ts';
import { vectorizerOf } from './vectorize.ts';

export interface ReadVectors {
  /** The bytes of all input tensors end to end [vectors]. */
  readonly vectors: readonly Uint8Array[];
  /** What they were cut from, in order: one entry an input. */
  readonly sources: readonly Source[];
  /** How many inputs there are, those behind `first` too, where that is known. */
  readonly inputs?: number;
  /** How many vectors of the last input lie behind `first`: they are made to be counted, once. */
  readonly countCut: () => number;
  /** What the files hold of all inputs that were read, before preprocessing; undefined of text, which says nothing of a sensor's bytes. */
  readonly rawBytes?: number;
}

/**
 * Reads vectors from a file or a folder: opens each input, takes it through the preprocessing, and quantizes it as the model's input is.
 * Throws `fail(…)` for what does not fit the model's inputs.
 */
export function readVectors(format: VectorFormat, fail: Fail): ReadVectors {
  const vectors: Uint8Array[] = [];
  const sources: Source[] = [];
  const vectorizer = vectorizerOf(format, fail);
  const wanted = format.first ?? Number.POSITIVE_INFINITY;
  const { inputs, count } = openInputs(format, fail);
  let made: Iterator<Uint8Array> = [].values();
  let bytes = 0;
  let rawBytes: number | undefined = 0;
  for (const input of inputs) {
    const before = vectors.length;
    const failHere = input.file === undefined ? fail : within(fail, input.file);
    made = vectorizer.vectorsOf(input, before, failHere)[Symbol.iterator]();
    while (vectors.length < wanted) {
      const { value: vector, done } = made.next();
      if (done) break;
      vectors.push(vector);
      bytes += vector.length;
      expectBearable(vectors.length, bytes, fail);
    }
    sources.push({ name: input.name, count: vectors.length - before });
    rawBytes = sumOf(rawBytes, rawBytesOf(input));
    if (vectors.length === wanted) break;
  }
  if (vectors.length === 0) throw fail('holds no vector', 'give at least one');
  vectorizer.expectRange(fail);
  return {
    vectors,
    sources,
    ...(count !== undefined && { inputs: count }),
    countCut: () => countLeft(made, fail),
    ...(rawBytes !== undefined && { rawBytes }),
  };
}

function rawBytesOf(input: Input): number | undefined {
  if ('vectors' in input) return input.vectors.length;
  return input.parts
    .map(part => {
      if ('codes' in part) return part.codes.length;
      return part.stored === 'text' ? undefined : (part.stored ?? part.values.byteLength);
    })
    .reduce(sumOf, 0);
}

function sumOf(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function countLeft(made: Iterator<Uint8Array>, fail: Fail): number {
  let count = 0;
  while (!made.next().done) expectBearable(++count, 0, fail);
  return count;
}

const vectorsLimit = 1_000_000;
const bytesLimit = 2 ** 31 - 1;

function expectBearable(count: number, bytes: number, fail: Fail): void {
  if (count <= vectorsLimit && bytes <= bytesLimit) return;
  const limit = count > vectorsLimit ? `${vectorsLimit} vectors` : '2 GiB of vectors';
  throw fail(`makes more than ${limit}`, 'give fewer, or say how many are run in vectors.first');
}
