import { type QuantizedType, quantize } from '../model/quantize.ts';
import type { Tensor, TensorType } from '../model/tflite.ts';
import type { Preprocess } from '../suite/suite.ts';
import type { Fail } from './npy.ts';

const writers = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
} as const;

type EncodedType = keyof typeof writers;

/** Turns one vector's real values [elements] into the bytes of a tensor. */
export type Encode = (values: ArrayLike<number>, vector: number) => Uint8Array;

/**
 * How real values become a tensor's bytes: the preprocessing steps in order, in double precision, then q = round(r / scale) + zeroPoint,
 * halves away from zero, saturated; a float32 tensor takes the values themselves. Throws `fail(…)` for a tensor that real values cannot
 * become, and for a value that is not finite.
 */
export function encoderOf(tensor: Tensor, steps: readonly Preprocess[], fail: Fail): Encode {
  const { type } = tensor;
  if (!isEncoded(type))
    throw fail(`real values cannot become ${type}, the type of the model's input`, 'give a raw .bin');
  const toCode = type === 'float32' ? Math.fround : quantizer(tensor, type, fail);
  const maps = steps.filter(step => step.kind === 'scale').map(affineOf);

  return (values, vector) => {
    const codes = new writers[type](values.length);
    for (let element = 0; element < values.length; element++) {
      const written = values[element] ?? Number.NaN;
      if (!Number.isFinite(written))
        throw fail(`vector ${vector}, element ${element} is ${written}`, 'give finite values');
      codes[element] = toCode(maps.reduce((value, map) => map(value), written));
    }
    return new Uint8Array(codes.buffer);
  };
}

function isEncoded(type: TensorType): type is EncodedType {
  return Object.hasOwn(writers, type);
}

function quantizer({ quantization }: Tensor, type: QuantizedType, fail: Fail): (real: number) => number {
  const [scale] = quantization?.scales ?? [];
  const [zeroPoint = 0] = quantization?.zeroPoints ?? [];
  if (scale === undefined || !(scale > 0)) {
    throw fail(
      `the model's ${type} input has no scale to quantize real values with`,
      `give ${type} values, or a raw .bin`,
    );
  }
  const affine = { scale, zeroPoint };
  return real => quantize(real, affine, type);
}

function affineOf({ from, to }: Extract<Preprocess, { kind: 'scale' }>): (value: number) => number {
  const slope = (to[1] - to[0]) / (from[1] - from[0]);
  return value => to[0] + (value - from[0]) * slope;
}
