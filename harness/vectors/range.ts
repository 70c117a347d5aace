import { type Affine, codeRange, type QuantizedType } from '../model/quantize.ts';
import type { TensorType } from '../model/tflite.ts';

/** The lowest and the highest real value that a type's codes say, undefined for one that is never quantized. */
export function realRange(type: QuantizedType, affine: Affine): readonly [number, number];
export function realRange(type: TensorType, affine: Affine): readonly [number, number] | undefined;
export function realRange(type: TensorType, { scale, zeroPoint }: Affine): readonly [number, number] | undefined {
  const range = codeRange[type];
  return range && [(range[0] - zeroPoint) * scale, (range[1] - zeroPoint) * scale];
}

/** A real value as a message shows it. */
export function shownReal(value: number): string {
  return String(Number(value.toPrecision(4)));
}
