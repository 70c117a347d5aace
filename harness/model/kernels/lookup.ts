import {
  divideByPowerOfTwo,
  inputRadius,
  logistic,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
  roundHalfAway,
  tanh,
} from '../fixed-point.ts';
import { leakyReluOptions } from '../options.ts';
import { codeRange } from '../quantize.ts';
import {
  affineOf,
  byType,
  expectSameCount,
  inputOf,
  multiplierOf,
  type Node,
  outputOf,
  type Prepare,
  type Run,
  unsupported,
} from './node.ts';

/** RELU. TFLM: activations_common.cc, activations.h (ReluQuantized). */
export const prepareRelu = unary({
  int8(node) {
    const [from, to] = affinePair(node);
    const { mantissa, shift } = multiplierOf(node, Math.fround(from.scale / to.scale));
    return code =>
      Math.max(to.zeroPoint, to.zeroPoint + multiplyByQuantizedMultiplier(code - from.zeroPoint, mantissa, shift));
  },
  float32: () => x => Math.max(0, x),
});

/** RELU6: int8 codes are clamped to the input's codes of 0 and 6 and never rescaled. TFLM: activations_common.cc. */
export const prepareRelu6 = unary({
  int8(node) {
    const { scale, zeroPoint } = affineOf(node, inputOf(node, 0));
    const six = Math.min(127, roundHalfAway(Math.fround(6 / scale)) + zeroPoint);
    return code => Math.min(six, Math.max(zeroPoint, code));
  },
  float32: () => x => Math.min(6, Math.max(0, x)),
});

/** LEAKY_RELU. TFLM: leaky_relu_common.cc, reference/leaky_relu.h. */
export const prepareLeakyRelu = unary({
  int8(node) {
    const [from, to] = affinePair(node);
    const { alpha } = leakyReluOptions(node.options);
    const above = multiplierOf(node, Math.fround(from.scale / to.scale));
    const below = multiplierOf(node, Math.fround(Math.fround(from.scale * alpha) / to.scale));
    const sign = Math.sign(below.mantissa);
    return code => {
      const x = code - from.zeroPoint;
      const scaled =
        x >= 0
          ? multiplyByQuantizedMultiplier(x, above.mantissa, above.shift)
          : sign * multiplyByQuantizedMultiplier(x, Math.abs(below.mantissa), below.shift);
      return to.zeroPoint + scaled;
    };
  },
  float32(node) {
    const { alpha } = leakyReluOptions(node.options);
    return x => (x > 0 ? x : x * alpha);
  },
});

/** ELU. TFLM: elu.cc, whose table is computed in float32 as here. */
export const prepareElu = unary({
  int8(node) {
    const [from, to] = affinePair(node);
    const inverseScale = Math.fround(1 / to.scale);
    return code => {
      const x = Math.fround(from.scale * (code - from.zeroPoint));
      const y = x < 0 ? Math.fround(Math.fround(Math.exp(x)) - 1) : x;
      return roundHalfAway(Math.fround(y * inverseScale)) + to.zeroPoint;
    };
  },
  float32: () => x => (x < 0 ? Math.expm1(x) : x),
});

/** LOGISTIC: output scale 1/256, zero point −128. TFLM: logistic_common.cc, reference/integer_ops/logistic.h. */
export const prepareLogistic = unary({
  int8(node) {
    if (affineOf(node, outputOf(node)).zeroPoint !== -128) throw unsupported(node, 'an output zero point not −128');
    return throughQ4(node, q4 => divideByPowerOfTwo(logistic(q4), 23) - 128);
  },
  float32: () => x => 1 / (1 + Math.exp(-x)),
});

/** TANH: output scale 1/128, zero point 0. TFLM: tanh.cc, reference/integer_ops/tanh.h. */
export const prepareTanh = unary({
  int8: node => throughQ4(node, q4 => divideByPowerOfTwo(tanh(q4), 24)),
  float32: () => Math.tanh,
});

/** HARD_SWISH in 16-bit fixed point. TFLM: hard_swish_common.cc, reference/hard_swish.h. */
export const prepareHardSwish = unary({
  int8(node) {
    const [from, to] = affinePair(node);
    const fineScale = Math.fround(from.scale / 128);
    const output = multiplierOf(node, Math.fround(fineScale / to.scale));
    const gate = multiplierOf(node, Math.fround(fineScale / Math.fround(3 / 32768)));
    if (output.shift > 0) throw unsupported(node, 'an output scale below 1/128 of the input scale');
    const [outputMantissa, gateMantissa] = [upperHalf(output.mantissa), upperHalf(gate.mantissa)];
    return code => {
      const fine = (code - from.zeroPoint) * 128;
      const scaled = doublingHighMul16(fine, outputMantissa);
      const gate16 = rescale16(fine, gateMantissa, gate.shift);
      const product = Math.trunc((((gate16 + 32768) >> 1) * scaled) / 32768);
      return divideByPowerOfTwo16(product, -output.shift) + to.zeroPoint;
    };
  },
  float32: () => x => (x * Math.min(6, Math.max(0, x + 3))) / 6,
});

type Function1 = (x: number) => number;

/** An operator of one input, element by element: from code to code for int8, from value to value for float32. */
function unary({
  int8,
  float32,
}: {
  readonly int8: (node: Node) => Function1;
  readonly float32: (node: Node) => Function1;
}): Prepare {
  return node => {
    const type = inputOf(node, 0).tensor.type;
    if (outputOf(node).tensor.type !== type) throw unsupported(node, `${type} input and another output type`);
    return byType(node, inputOf(node, 0), {
      int8: () => lookup(node, int8(node)),
      float32: () => each(node, float32(node)),
    });
  };
}

/** Applies a function of an 8-bit code through a table of all 256; results saturate to an int8 or uint8 output. */
export function lookup(node: Node, toOutput: Function1): Run {
  const [input, output] = [inputOf(node, 0), outputOf(node)];
  expectSameCount(node, input, output);
  const isSigned = input.tensor.type === 'int8';
  const [lowest, highest] = codeRange[output.tensor.type] ?? [-Infinity, Infinity];
  const table = Float64Array.from({ length: 256 }, (_, byte) => {
    const code = isSigned && byte > 127 ? byte - 256 : byte;
    return Math.min(highest, Math.max(lowest, toOutput(code)));
  });
  const [from, to] = [input.data, output.data];
  return () => {
    for (let i = 0; i < to.length; i++) to[i] = table[from[i] & 255];
  };
}

/** Applies a function to each element. */
export function each(node: Node, toOutput: Function1): Run {
  const [input, output] = [inputOf(node, 0), outputOf(node)];
  expectSameCount(node, input, output);
  const [from, to] = [input.data, output.data];
  return () => {
    for (let i = 0; i < to.length; i++) to[i] = toOutput(from[i]);
  };
}

function affinePair(node: Node) {
  return [affineOf(node, inputOf(node, 0)), affineOf(node, outputOf(node))] as const;
}

/** Rescales codes to Q4.27 for a function on real values; codes beyond ±16 go to the ends of int8. */
function throughQ4(node: Node, toCode: Function1): Function1 {
  const { scale, zeroPoint } = affineOf(node, inputOf(node, 0));
  const { mantissa, shift } = quantizeMultiplier(scale * 2 ** 27);
  const radius = inputRadius(4, shift);
  return code => {
    const x = code - zeroPoint;
    if (x <= -radius) return -128;
    return x >= radius ? 127 : toCode(multiplyByQuantizedMultiplier(x, mantissa, shift));
  };
}

/** An int32 mantissa rounded to int16. TFLM common.h: DownScaleInt32ToInt16Multiplier. */
function upperHalf(mantissa: number): number {
  return Math.min(32767, (mantissa + 32768) >> 16);
}

/** fixedpoint.h: SaturatingRoundingDoublingHighMul for int16. */
function doublingHighMul16(a: number, b: number): number {
  return Math.min(32767, Math.floor((a * b + 16384) / 32768));
}

/** Multiplies by mantissa × 2^shift; the last bit of a left shift saturates after the product, as the source explains. */
function rescale16(x: number, mantissa: number, shift: number): number {
  if (shift <= 0) return divideByPowerOfTwo16(doublingHighMul16(x, mantissa), -shift);
  return saturate16(doublingHighMul16(saturate16(x * 2 ** (shift - 1)), mantissa) * 2);
}

/** fixedpoint.h: RoundingDivideByPOT for int16. Its mask overflows from exponent 16 on, which leaves the sign and never 0. */
function divideByPowerOfTwo16(x: number, exponent: number): number {
  if (exponent > 15) return x < 0 ? -1 : 1;
  return divideByPowerOfTwo(x, exponent);
}

function saturate16(x: number): number {
  return Math.min(32767, Math.max(-32768, x));
}
