import { shapeText } from '../model/tflite.ts';
import type { Fail } from './fail.ts';
import type { VectorFormat } from './format.ts';
import type { Input, Inputs } from './input.ts';
import { vectorBytes } from './tensors.ts';

/** The inputs in raw bytes: each vector one, or all of them one where they are a folder's file. */
export function rawInputs(
  bytes: Uint8Array,
  { name, isAlone }: { readonly name: string; readonly isAlone: boolean },
  format: VectorFormat,
  fail: Fail,
): Inputs {
  const { tensors, preprocess = [] } = format;
  if (preprocess.length > 0) {
    const fix = 'leave preprocess out, or give a .npy';
    throw fail("holds raw bytes in the model's type, nothing to preprocess", fix, ['preprocess']);
  }
  const stride = vectorBytes(tensors, fail);
  const remainder = stride === 0 ? bytes.length : bytes.length % stride;
  if (remainder > 0) {
    const inputs = tensors.map(({ type, shape }) => `${type} ${shapeText(shape)}`).join(' and ');
    const fix = `give whole vectors of ${inputs}`;
    throw fail(`has ${bytes.length} bytes: ${remainder} more than whole vectors of ${stride} bytes`, fix);
  }
  if (!isAlone) return { count: 1, inputs: [{ name, vectors: bytes }] };
  const count = stride === 0 ? 0 : bytes.length / stride;
  return { count, inputs: eachVector(bytes, name, stride) };
}

function* eachVector(bytes: Uint8Array, name: string, stride: number): Generator<Input> {
  for (let start = 0; start < bytes.length; start += stride) {
    yield { name: `${name}[${start / stride}]`, vectors: bytes.subarray(start, start + stride) };
  }
}
