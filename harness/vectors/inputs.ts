import { InputError } from '../errors.ts';
import { writeWhole } from '../files.ts';
import type { TensorData } from '../model/kernels/node.ts';
import type { Tensor } from '../model/tflite.ts';
import type { Fail } from './fail.ts';
import { isDtype, writeNpy } from './formats/npy.ts';
import { readVectors } from './read.ts';
import { tensorBytes } from './tensors.ts';

/**
 * Reads inputs for a model [count][inputs] from a file or a folder, as a suite's vectors are read without preprocessing.
 * Throws InputError for what does not fit the inputs.
 */
export function readInputs(path: string, tensors: readonly Tensor[]): readonly (readonly TensorData[])[] {
  const fail: Fail = (what, fix) => new InputError(what, path, fix);
  return readVectors({ path, tensors }, fail).vectors.map(vector => {
    let start = 0;
    return tensors.map(tensor => {
      const bytes = vector.subarray(start, start + tensorBytes(tensor, fail));
      start += bytes.length;
      return arrayOf(tensor, bytes, fail);
    });
  });
}

/**
 * Writes a model's outputs [count][outputs]: to a `.npy` of shape [count, …output shape without its batch of 1] and the output's own type,
 * else raw tensors end to end. Throws InputError for several outputs in a `.npy`.
 */
export function writeOutputs(
  file: string,
  tensors: readonly Tensor[],
  outputs: readonly (readonly TensorData[])[],
): void {
  const data = Buffer.concat(
    outputs.flat().map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
  );
  if (!file.endsWith('.npy')) return writeWhole(file, data);

  const [tensor] = tensors;
  if (!tensor || tensors.length > 1) {
    throw new InputError(
      `a .npy holds one array, and the model has ${tensors.length} outputs`,
      file,
      'write to a .bin',
    );
  }
  const { type: dtype } = tensor;
  if (!isDtype(dtype)) throw new InputError(`no .npy holds ${dtype}`, file, 'write to a .bin');
  const shape = tensor.shape[0] === 1 ? tensor.shape.slice(1) : tensor.shape;
  writeWhole(file, writeNpy({ dtype, shape: [outputs.length, ...shape], data }));
}

const arrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  float32: Float32Array,
} as const;

function arrayOf({ name, type }: Tensor, bytes: Uint8Array, fail: Fail): TensorData {
  if (!isArrayType(type))
    throw fail(`the model's input "${name}" is ${type}`, 'convert the model to int8 or float32 inputs');
  return new arrays[type](new Uint8Array(bytes).buffer); // a copy: elements need not be aligned in the file
}

function isArrayType(type: string): type is keyof typeof arrays {
  return Object.hasOwn(arrays, type);
}
