import { multiplyByQuantizedMultiplier } from '../fixed-point.ts';
import { dequantize, quantize } from '../quantize.ts';
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

/** QUANTIZE: float32 to int8, or one 8-bit quantization to another. TFLM: quantize_common.cc, reference/requantize.h. */
export const prepareQuantize: Prepare = node => {
  const to = outputOf(node).tensor.type;
  return byType(node, inputOf(node, 0), {
    float32() {
      if (to !== 'int8') throw unsupported(node, `float32 input and ${to} output`);
      const affine = affineOf(node, outputOf(node));
      return each(node, real => quantize(real, affine, 'int8'));
    },
    int8() {
      if (to !== 'int8' && to !== 'uint8') throw unsupported(node, `int8 input and ${to} output`);
      return requantize(node);
    },
    uint8() {
      if (to !== 'int8') throw unsupported(node, `uint8 input and ${to} output`);
      return requantize(node);
    },
  });
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

function requantize(node: Node): Run {
  const [from, to] = [affineOf(node, inputOf(node, 0)), affineOf(node, outputOf(node))];
  const { mantissa, shift } = multiplierOf(node, from.scale / to.scale);
  return lookup(node, code => multiplyByQuantizedMultiplier(code - from.zeroPoint, mantissa, shift) + to.zeroPoint);
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
