import { type Affine, type QuantizedType, quantize } from '../model/quantize.ts';
import type { Tensor, TensorType } from '../model/tflite.ts';
import type { Fail } from './fail.ts';
import type { Values } from './formats/numbers.ts';
import { realRange, shownReal as shown } from './range.ts';

/** Makes real values into the bytes of one tensor, and remembers how well they fit it. */
export interface Encoder {
  /** The bytes of one vector [elements]. Throws `fail(…)` for a value that is not finite. */
  encode(values: Values, vector: number, fail: Fail): Uint8Array;
  /**
   * Throws `fail(…)` when pixels of 0…`brightest` cannot be meant as they are: the tensor does not hold so large a value. `canScale`:
   * whether preprocessing can be asked for.
   */
  expectPixels(pixels: { readonly brightest: number; readonly canScale: boolean }, fail: Fail): void;
  /** Throws `fail(…)` when every value lay beyond what the tensor can hold, or all of them within one code: then their scale is wrong. */
  expectRange(fail: Fail): void;
}

/**
 * How real values become a tensor's bytes: q = round(r / scale) + zeroPoint, halves away from zero, saturated; a float32 tensor takes the
 * values themselves. Throws `fail(…)` for a tensor that real values cannot become.
 */
export function encoderOf(tensor: Tensor, fail: Fail): Encoder {
  const { type } = tensor;
  if (!isEncoded(type))
    throw fail(`real values cannot become ${type}, the type of the model's input`, 'give a raw .bin');
  if (type === 'float32') return { encode: floats, expectPixels: () => {}, expectRange: () => {} };
  return quantizer(type, affineOf(tensor, fail));
}

/** Throws `fail(…)` for a value that is not finite. */
export function expectFinite(values: Float32Array, vector: number, fail: Fail): void {
  const odd = values.findIndex(value => !Number.isFinite(value));
  if (odd >= 0) throw notFinite(values, { vector, element: odd }, fail);
}

const arrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
} as const;

function isEncoded(type: TensorType): type is keyof typeof arrays {
  return Object.hasOwn(arrays, type);
}

function floats(values: Values, vector: number, fail: Fail): Uint8Array {
  const made = new Float32Array(values);
  expectFinite(made, vector, fail);
  return new Uint8Array(made.buffer);
}

function affineOf({ type, quantization }: Tensor, fail: Fail): Affine {
  const [scale] = quantization?.scales ?? [];
  const [zeroPoint = 0] = quantization?.zeroPoints ?? [];
  if (scale !== undefined && scale > 0) return { scale, zeroPoint };
  throw fail(
    `the model's ${type} input has no scale to quantize real values with`,
    `give ${type} values, or a raw .bin`,
  );
}

function quantizer(type: QuantizedType, affine: Affine): Encoder {
  const [low, high] = realRange(type, affine);
  const half = affine.scale / 2;
  const seen = { lowest: Number.POSITIVE_INFINITY, highest: Number.NEGATIVE_INFINITY, fitting: 0 };
  return {
    encode(values, vector, fail) {
      const codes = new arrays[type](values.length);
      for (let element = 0; element < values.length; element++) {
        const real = values[element] ?? Number.NaN;
        if (!Number.isFinite(real)) throw notFinite(values, { vector, element }, fail);
        if (real >= low - half && real <= high + half) seen.fitting++;
        if (real < seen.lowest) seen.lowest = real;
        if (real > seen.highest) seen.highest = real;
        codes[element] = quantize(real, affine, type);
      }
      return new Uint8Array(codes.buffer);
    },
    expectPixels({ brightest, canScale }, fail) {
      if (brightest <= high + half) return;
      const scale = `- scale: { from: [0, ${brightest}], to: [${shown(low)}, ${shown(high)}] }`;
      throw fail(
        `its pixels lie from 0 to ${brightest}, and the model's ${type} input holds ${shown(low)} to ${shown(high)}`,
        canScale
          ? `say in vectors.preprocess what they become: \`${scale}\``
          : 'give them as a .npy of codes or real values',
      );
    },
    expectRange(fail) {
      const { lowest, highest, fitting } = seen;
      const given = `its real values lie from ${shown(lowest)} to ${shown(highest)}`;
      const fix = 'give them in the range that the model was trained on';
      if (lowest <= highest && fitting === 0) {
        const held = `the model's ${type} input holds ${shown(low)} to ${shown(high)}`;
        throw fail(`${given}, and ${held}: every one is cut off`, fix);
      }
      if (lowest < highest && highest - lowest < affine.scale) {
        throw fail(`${given}, all within one step (${shown(affine.scale)}) of the model's ${type} input`, fix);
      }
    },
  };
}

function notFinite(values: Values, { vector, element }: { vector: number; element: number }, fail: Fail): Error {
  return fail(`vector ${vector}, element ${element} is ${values[element]}`, 'give finite values');
}
