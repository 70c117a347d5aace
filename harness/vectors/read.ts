import type { Source } from '../suite/truth.ts';
import { type Fail, within } from './fail.ts';
import type { VectorFormat } from './format.ts';
import { openInputs } from './open.ts';
import { vectorizerOf } from './vectorize.ts';

export interface ReadVectors {
  /** The bytes of all input tensors end to end [vectors]. */
  readonly vectors: readonly Uint8Array[];
  /** What they were cut from, in order: one entry an input. */
  readonly sources: readonly Source[];
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
  let bytes = 0;
  for (const input of openInputs(format, fail)) {
    const before = vectors.length;
    const failHere = input.file === undefined ? fail : within(fail, input.file);
    for (const vector of vectorizer.vectorsOf(input, before, failHere)) {
      vectors.push(vector);
      bytes += vector.length;
      expectBearable(vectors.length, bytes, fail);
      if (vectors.length === wanted) break;
    }
    sources.push({ name: input.name, count: vectors.length - before });
    if (vectors.length === wanted) break;
  }
  if (vectors.length === 0) throw fail('holds no vector', 'give at least one');
  vectorizer.expectRange(fail);
  return { vectors, sources };
}

const vectorsLimit = 1_000_000;
const bytesLimit = 2 ** 31 - 1;

function expectBearable(count: number, bytes: number, fail: Fail): void {
  if (count <= vectorsLimit && bytes <= bytesLimit) return;
  const limit = count > vectorsLimit ? `${vectorsLimit} vectors` : '2 GiB of vectors';
  throw fail(`makes more than ${limit}`, 'give fewer, or say how many are run in vectors.first');
}
