import { roundHalfAway } from './fixed-point.ts';
import type { TensorType } from './schema.ts';

/** A tensor's scale and zero point. */
export interface Affine {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Types that a real value may be quantized to. */
export type QuantizedType = 'int8' | 'uint8' | 'int16' | 'int32';

const ranges: Readonly<Record<QuantizedType, readonly [lowest: number, highest: number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
};

/** Lowest and highest code of a type, undefined for one that is never quantized. */
export const codeRange: Readonly<Partial<Record<TensorType, readonly [lowest: number, highest: number]>>> = ranges;

/**
 * The code nearest to a real value, halves away from zero, saturated; NaN becomes the lowest, as in the firmware's quantize.c.
 * The quotient is taken in float32, as TFLM does (reference/quantize.h: AffineQuantize).
 */
export function quantize(real: number, { scale, zeroPoint }: Affine, type: QuantizedType): number {
  const [lowest, highest] = ranges[type];
  const code = roundHalfAway(Math.fround(Math.fround(real) / Math.fround(scale))) + zeroPoint;
  return code > lowest ? Math.min(highest, code) : lowest;
}

/** The real value of a code, in float32 (TFLM reference/dequantize.h). */
export function dequantize(code: number, { scale, zeroPoint }: Affine): number {
  return Math.fround(scale * (code - zeroPoint));
}
