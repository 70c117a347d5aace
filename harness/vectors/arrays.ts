import type { Tensor } from '../model/tflite.ts';
import type { Fail } from './fail.ts';
import type { VectorFormat } from './format.ts';
import { type NpyArray, rowsOf, valuesOf } from './formats/npy.ts';
import type { Input, Inputs, Part } from './input.ts';
import { canFill, shapeMisfit } from './shape.ts';

/** One array for each input tensor. */
export interface ArraySet {
  readonly name: string;
  readonly arrays: readonly NpyArray[];
  /** Whether their first axis counts inputs; each is one input where it does not. */
  readonly counted: boolean;
}

/** The inputs in a set of arrays, in order. */
export function arrayInputs({ name, arrays, counted }: ArraySet, format: VectorFormat, fail: Fail): Inputs {
  for (const [index, array] of arrays.entries()) {
    const tensor = format.tensors[index];
    if (tensor) expectUsable(array, tensor, { format, counted }, fail);
  }
  if (!counted) return { count: 1, inputs: [{ name, parts: partsOf(arrays, format, fail) }] };
  const counts = arrays.map(({ shape }) => shape[0] ?? 0);
  const [count = 0] = counts;
  if (new Set(counts).size > 1) {
    throw fail(`its arrays are of ${counts.join(' and ')} inputs`, 'give as many inputs in each');
  }
  return { count, inputs: countedInputs({ name, arrays, count }, format, fail) };
}

function* countedInputs(
  { name, arrays, count }: { name: string; arrays: readonly NpyArray[]; count: number },
  format: VectorFormat,
  fail: Fail,
): Generator<Input> {
  const rows = arrays.map(rowsOf);
  for (let row = 0; row < count; row++) {
    const now = rows.flatMap(each => each.next().value ?? []);
    yield { name: `${name}[${row}]`, parts: partsOf(now, format, fail) };
  }
}

function partsOf(arrays: readonly NpyArray[], format: VectorFormat, fail: Fail): readonly Part[] {
  return arrays.map((array, index): Part => {
    const { shape, data } = array;
    const isCodes = holdsCodes(array, format.tensors[index], format);
    return isCodes ? { shape, codes: data } : { shape, values: valuesOf(array, fail) };
  });
}

/** Integers of the tensor's own type are codes; but uint8 that is scaled is pixels. */
function holdsCodes({ dtype }: NpyArray, tensor: Tensor | undefined, { preprocess = [] }: VectorFormat): boolean {
  const isScaled = preprocess.some(({ kind }) => kind === 'scale' || kind === 'normalize');
  return dtype === tensor?.type && dtype !== 'float32' && !(dtype === 'uint8' && isScaled);
}

/** Without preprocessing the shape is plain; with it, integers of another type than the tensor's are values, else they could be codes. */
function expectUsable(
  array: NpyArray,
  tensor: Tensor,
  { format, counted }: { format: VectorFormat; counted: boolean },
  fail: Fail,
): void {
  const { dtype, shape } = array;
  const { preprocess } = format;
  if (holdsCodes(array, tensor, format) && preprocess?.some(({ kind }) => kind !== 'window')) {
    const fix = 'leave out all but window, or save real values as float32';
    throw fail(`holds ${dtype} codes, nothing to preprocess`, fix, ['preprocess']);
  }
  if (preprocess && preprocess.length > 0) return;
  const each = counted ? shape.slice(1) : shape;
  if ((counted && shape.length === 0) || !canFill(each, tensor)) {
    throw shapeMisfit({ shape, counted, canPreprocess: preprocess !== undefined }, tensor, fail);
  }
  if (dtype === tensor.type || dtype.startsWith('float')) return;
  const orSay = preprocess ? ', or say in vectors.preprocess how these become real values' : '';
  const fix = `give ${tensor.type} codes, or real values as float32${orSay}`;
  throw fail(`holds ${dtype}, and the model's input is ${tensor.type}`, fix);
}
