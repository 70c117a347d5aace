import { multiplyByQuantizedMultiplier } from '../fixed-point.ts';
import { codeRange, dequantize, quantize } from '../quantize.ts';
import type { TensorType } from '../tflite.ts';
import { strides } from './broadcast.ts';
import { each, lookup } from './lookup.ts';
import {
  affineOf,
  byType,
  dataAs,
  expectSameCount,
  inputOf,
  multiplierOf,
  type Node,
  outputOf,
  type Prepare,
  type Run,
  unsupported,
  type Value,
} from './node.ts';

/** QUANTIZE: float32 to codes, or one quantization to another. TFLM: quantize_common.cc, reference/requantize.h. */
export const prepareQuantize: Prepare = node => {
  const [from, to] = [inputOf(node, 0).tensor.type, outputOf(node).tensor.type];
  if (!quantizable[from]?.includes(to)) throw unsupported(node, `${from} input and ${to} output`);
  return from === 'float32' ? quantizeReals(node) : requantize(node);
};

/** The output types that TFLM has for each input type. */
const quantizable: Partial<Record<TensorType, readonly TensorType[]>> = {
  float32: ['int8', 'int16'],
  int8: ['int8', 'uint8', 'int16', 'int32'],
  uint8: ['int8'],
  int16: ['int8', 'int16', 'int32'],
  int32: ['int8', 'int16'],
};

/**
 * DEQUANTIZE to float32. TFLM: reference/dequantize.h.
 * Beyond TFLM it takes float16 and weights with a scale for each channel, which float models store.
 */
export const prepareDequantize: Prepare = node => {
  const output = outputOf(node);
  if (output.tensor.type !== 'float32') throw unsupported(node, `${output.tensor.type} output`);
  return byType(node, inputOf(node, 0), {
    int8: dequantizeCodes,
    uint8: dequantizeCodes,
    int16: dequantizeCodes,
    float16: () => each(node, fromFloat16),
  });
};

function quantizeReals(node: Node): Run {
  const affine = affineOf(node, outputOf(node));
  const type = outputOf(node).tensor.type === 'int8' ? 'int8' : 'int16';
  return each(node, real => quantize(real, affine, type));
}

function requantize(node: Node): Run {
  const [input, output] = [inputOf(node, 0), outputOf(node)];
  const [from, to] = [affineOf(node, input), affineOf(node, output)];
  const { mantissa, shift } = multiplierOf(node, from.scale / to.scale);
  const rescale = (code: number) =>
    multiplyByQuantizedMultiplier((code - from.zeroPoint) | 0, mantissa, shift) + to.zeroPoint;
  if (input.data.BYTES_PER_ELEMENT === 1) return lookup(node, rescale);
  const [lowest, highest] = codeRange[output.tensor.type] ?? [-Infinity, Infinity];
  return each(node, code => Math.min(highest, Math.max(lowest, rescale(code))));
}

function dequantizeCodes(node: Node): Run {
  const [input, output] = [inputOf(node, 0), dataAs(node, outputOf(node), 'float32')];
  const convert = dequantizer(node, input);
  expectSameCount(node, input, outputOf(node));
  return () => convert(output);
}

/** Fills an array with the real values of a quantized tensor, whole or by channel. */
export function dequantizer(node: Node, { tensor, data }: Value): (to: Float32Array) => void {
  if (!tensor.quantization) throw unsupported(node, `tensor ${tensor.index} not quantized`);
  const { scales, zeroPoints, axis } = tensor.quantization;
  const inner = scales.length === 1 ? data.length : strides(tensor.shape)[axis];
  return to => {
    for (let i = 0; i < to.length; i++) {
      const channel = Math.floor(i / inner) % scales.length;
      to[i] = dequantize(data[i], { scale: scales[channel], zeroPoint: zeroPoints[channel] });
    }
  };
}

/** The value of an IEEE half from its bits. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (fraction + 1024) * 2 ** (exponent - 25));
}
