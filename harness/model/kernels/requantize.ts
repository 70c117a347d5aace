import { multiplyByQuantizedMultiplier } from '../fixed-point.ts';
import { dequantize, quantize } from '../quantize.ts';
import { strides } from './broadcast.ts';
import { each, lookup } from './lookup.ts';
import {
  affineOf,
  byType,
  expectSameCount,
  inputOf,
  malformed,
  multiplierOf,
  type Node,
  outputOf,
  type Prepare,
  type Run,
  unsupported,
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
  const [input, output] = [inputOf(node, 0), outputOf(node)];
  const { quantization, shape } = input.tensor;
  expectSameCount(node, input, output);
  if (!quantization || quantization.scales.length === 1) {
    const affine = affineOf(node, input);
    return each(node, code => dequantize(code, affine));
  }
  const { scales, zeroPoints, axis } = quantization;
  if (shape[axis] !== scales.length) throw malformed(node, `${scales.length} scales along axis ${axis}`);
  const inner = strides(shape)[axis];
  const [from, to] = [input.data, output.data];
  return () => {
    for (let i = 0; i < to.length; i++) {
      const channel = Math.floor(i / inner) % scales.length;
      to[i] = scales[channel] * (from[i] - zeroPoints[channel]);
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
