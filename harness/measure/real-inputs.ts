import { dequantize, quantize } from '../model/quantize.ts';
import type { Model, Tensor } from '../model/tflite.ts';
import type { Suite } from '../suite/suite.ts';
import { loadVectors } from '../vectors/vectors.ts';

interface Wanted {
  readonly suite: Suite;
  readonly model: Model;
  /** The bytes of the model's input tensor [vectors]. */
  readonly inputs: readonly Uint8Array[];
}

/**
 * The vectors as float32, for firmware that quantizes them itself [vectors]: the values of the suite's files where they become just these codes, else
 * those that the codes stand for.
 */
export function realInputs({ suite, model, inputs }: Wanted): readonly Uint8Array[] {
  const [index = -1] = model.inputs;
  const tensor = model.tensors[index];
  if (tensor?.type !== 'int8') return inputs;
  const given = valuesOfFiles(suite, model, index);
  return inputs.map((codes, vector) => {
    const values = given[vector];
    return values && isOf(values, codes, tensor) ? values : realsOf(codes, tensor);
  });
}

/** Read as a float model would get them; none where the files hold codes. */
function valuesOfFiles(suite: Suite, model: Model, index: number): readonly Uint8Array[] {
  const tensors = model.tensors.map((tensor, at) => (at === index ? asFloat(tensor) : tensor));
  try {
    return loadVectors(suite, { ...model, tensors }).inputs;
  } catch {
    return [];
  }
}

function asFloat({ quantization: _ofCodes, ...tensor }: Tensor): Tensor {
  return { ...tensor, type: 'float32' };
}

function isOf(values: Uint8Array, codes: Uint8Array, tensor: Tensor): boolean {
  const floats = new Float32Array(new Uint8Array(values).buffer);
  const affine = affineOf(tensor);
  const wanted = new Int8Array(codes);
  return (
    floats.length === wanted.length && wanted.every((code, at) => quantize(floats[at] ?? 0, affine, 'int8') === code)
  );
}

function realsOf(codes: Uint8Array, tensor: Tensor): Uint8Array {
  const affine = affineOf(tensor);
  const reals = Float32Array.from(new Int8Array(codes), code => dequantize(code, affine));
  return new Uint8Array(reals.buffer);
}

function affineOf({ quantization }: Tensor): { readonly scale: number; readonly zeroPoint: number } {
  const { scales: [scale = 1] = [], zeroPoints: [zeroPoint = 0] = [] } = quantization ?? {};
  return { scale, zeroPoint };
}
