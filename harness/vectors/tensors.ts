import { byteLength } from '../model/schema.ts';
import { elementCount, type Tensor } from '../model/tflite.ts';
import type { Fail } from './fail.ts';

/** Bytes of a tensor. Throws `fail(…)` for a type without a fixed size. */
export function tensorBytes({ name, type, shape }: Tensor, fail: Fail): number {
  const bytes = byteLength(type, elementCount(shape));
  if (bytes === undefined)
    throw fail(`the model's input "${name}" is ${type}`, 'convert the model to int8 or float32 inputs');
  return bytes;
}

/** Bytes of one vector: all input tensors end to end. */
export function vectorBytes(tensors: readonly Tensor[], fail: Fail): number {
  return tensors.reduce((sum, tensor) => sum + tensorBytes(tensor, fail), 0);
}
