import { readNamed } from '../files.ts';
import { byteLength } from '../model/schema.ts';
import { elementCount, type Tensor, shapeText as tensorShapeText } from '../model/tflite.ts';
import type { Preprocess } from '../suite/suite.ts';
import { encoderOf } from './encode.ts';
import { type Fail, isNpy, type NpyArray, readNpy, shapeText, valuesOf } from './npy.ts';

/** What one Buffer holds on every system. */
const vectorsLimitBytes = 2 ** 31 - 1;

export interface VectorFormat {
  /** The model's inputs, in its order. */
  readonly tensors: readonly Tensor[];
  readonly preprocess: readonly Preprocess[];
}

/**
 * The vectors of a file [count], each the bytes of all input tensors end to end: a `.npy` for a model with one input, else raw bytes.
 * Throws `fail(…)` for what does not fit the model's inputs.
 */
export function readVectors(file: string, format: VectorFormat, fail: Fail): readonly Uint8Array[] {
  const bytes = readNamed(file, vectorsLimitBytes);
  if (file.endsWith('.npz'))
    throw fail('is an archive of arrays', 'save one array with np.save, or all inputs as a raw .bin');
  const vectors = isNpy(bytes) || file.endsWith('.npy') ? fromNpy(bytes, format, fail) : fromRaw(bytes, format, fail);
  if (vectors.length === 0) throw fail('holds no vector', 'give at least one');
  return vectors;
}

/** Bytes of a tensor. Throws `fail(…)` for a type without a fixed size. */
export function tensorBytes({ name, type, shape }: Tensor, fail: Fail): number {
  const bytes = byteLength(type, elementCount(shape));
  if (bytes === undefined)
    throw fail(`the model's input "${name}" is ${type}`, 'convert the model to int8 or float32 inputs');
  return bytes;
}

function fromRaw(bytes: Uint8Array, { tensors, preprocess }: VectorFormat, fail: Fail): Uint8Array[] {
  if (preprocess.length > 0)
    throw fail("holds raw bytes in the model's type, nothing to preprocess", 'leave preprocess out, or give a .npy');
  const stride = tensors.reduce((sum, tensor) => sum + tensorBytes(tensor, fail), 0);
  const remainder = stride === 0 ? bytes.length : bytes.length % stride;
  if (remainder > 0) {
    const inputs = tensors.map(({ type, shape }) => `${type} ${tensorShapeText(shape)}`).join(' and ');
    const fix = `give whole vectors of ${inputs}`;
    throw fail(`has ${bytes.length} bytes: ${remainder} more than whole vectors of ${stride} bytes`, fix);
  }
  return slices(bytes, stride);
}

function fromNpy(bytes: Uint8Array, { tensors, preprocess }: VectorFormat, fail: Fail): Uint8Array[] {
  const [tensor] = tensors;
  if (!tensor || tensors.length > 1) {
    throw fail(
      `a .npy holds one array, and the model has ${tensors.length} inputs`,
      'give a raw .bin with all of them end to end',
    );
  }
  const array = readNpy(bytes, fail);
  checkShape(array, tensor, fail);
  if (array.dtype === tensor.type && preprocess.length === 0) return ownCodes(array, tensor, fail);
  if (!array.dtype.startsWith('float') && preprocess.length === 0) {
    const fix = `give ${tensor.type} codes, or real values as float32, or say in vectors.preprocess how these become real values`;
    throw fail(`holds ${array.dtype}, and the model's input is ${tensor.type}`, fix);
  }

  const encode = encoderOf(tensor, preprocess, fail);
  const values = valuesOf(array, fail);
  const elements = elementCount(tensor.shape);
  return Array.from({ length: array.shape[0] ?? 0 }, (_, vector) =>
    encode(values.subarray(vector * elements, (vector + 1) * elements), vector),
  );
}

/** Elements that are in the tensor's type already. */
function ownCodes(array: NpyArray, tensor: Tensor, fail: Fail): Uint8Array[] {
  const elements = elementCount(tensor.shape);
  const { dtype } = array;
  const infinite = dtype === 'float32' ? valuesOf(array, fail).findIndex(value => !Number.isFinite(value)) : -1;
  if (infinite >= 0) {
    const [vector, element] = [Math.floor(infinite / elements), infinite % elements];
    throw fail(`vector ${vector}, element ${element} is not finite`, 'give finite values');
  }
  return slices(array.data, tensorBytes(tensor, fail));
}

/** The first dimension counts vectors; the others are the tensor's, but for dimensions of 1. */
function checkShape({ shape }: NpyArray, tensor: Tensor, fail: Fail): void {
  const wanted = tensor.shape.filter(size => size !== 1);
  const given = shape.slice(1).filter(size => size !== 1);
  if (shape.length > 0 && given.join() === wanted.join()) return;
  const each = tensor.shape[0] === 1 ? tensor.shape.slice(1) : tensor.shape;
  const fix = `save an array of shape (count, ${each.join(', ')})`;
  throw fail(`has the shape ${shapeText(shape)}, and the model's input is ${tensorShapeText(tensor.shape)}`, fix);
}

function slices(bytes: Uint8Array, stride: number): Uint8Array[] {
  return Array.from({ length: bytes.length / stride }, (_, index) =>
    bytes.subarray(index * stride, (index + 1) * stride),
  );
}
