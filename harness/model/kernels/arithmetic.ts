import { multiplyByQuantizedMultiplier } from '../fixed-point.ts';
import { broadcast } from './broadcast.ts';
import { floatBounds, int8Bounds } from './fused-activation.ts';
import {
  affineOf,
  byType,
  dataAs,
  inputOf,
  malformed,
  multiplierOf,
  type Node,
  outputOf,
  type Prepare,
  type Run,
} from './node.ts';

/** ADD. TFLM: add_common.cc, reference/add.h; the scales are combined in float64. */
export const prepareAdd: Prepare = node =>
  byOperandType(node, {
    int8: () => sumInt8(node, { sign: 1, round: real => real }),
    plain: (a, b) => a + b,
  });

/** SUB. TFLM: sub_common.cc, reference/sub.h; the scales are combined in float32. */
export const prepareSub: Prepare = node =>
  byOperandType(node, { int8: () => sumInt8(node, { sign: -1, round: Math.fround }), plain: (a, b) => a - b });

/** MUL. TFLM: mul_common.cc, reference/integer_ops/mul.h. */
export const prepareMul: Prepare = node => byOperandType(node, { int8: () => productInt8(node), plain: multiply });

/** MINIMUM of codes or values; codes are compared as they are. TFLM: maximum_minimum.cc. */
export const prepareMinimum: Prepare = node =>
  byOperandType(node, { int8: () => codes(node, Math.min), plain: Math.min });

/** MAXIMUM of codes or values; codes are compared as they are. TFLM: maximum_minimum.cc. */
export const prepareMaximum: Prepare = node =>
  byOperandType(node, { int8: () => codes(node, Math.max), plain: Math.max });

/** PRELU with one alpha an element, repeated along smaller dimensions. TFLM: prelu_common.cc, reference/prelu.h. */
export const preparePrelu: Prepare = node =>
  byOperandType(node, { int8: () => preluInt8(node), plain: (x, alpha) => (x >= 0 ? x : x * alpha) });

type Combine = (a: number, b: number) => number;

function byOperandType(node: Node, { int8, plain }: { readonly int8: () => Run; readonly plain: Combine }): Run {
  const { type } = inputOf(node, 0).tensor;
  const sameTypes = (required: 'int8' | 'int32' | 'float32') => {
    for (const value of [inputOf(node, 1), outputOf(node)]) dataAs(node, value, required);
  };
  return byType(node, inputOf(node, 0), {
    int8() {
      sameTypes('int8');
      return int8();
    },
    int32() {
      sameTypes('int32');
      if (node.inputs.some(value => value?.tensor.quantization)) throw malformed(node, `quantized ${type} operands`);
      return plainRun(node, (a, b) => (plain === multiply ? Math.imul(a, b) : plain(a, b) | 0));
    },
    float32() {
      sameTypes('float32');
      return plainRun(node, plain);
    },
  });
}

function multiply(a: number, b: number): number {
  return a * b;
}

function plainRun(node: Node, combine: Combine): Run {
  const [lowest, highest] = floatBounds(node, activationOf(node));
  return broadcast(node, { combine: (a, b) => Math.min(highest, Math.max(lowest, combine(a, b))) });
}

/** ADD, SUB and MUL declare their fused activation first; MINIMUM, MAXIMUM and PRELU have no options. */
function activationOf(node: Node): number {
  return node.options.int8(0);
}

/** a ± b over operands brought to twice the larger scale, with 20 bits to spare. */
function sumInt8(
  node: Node,
  { sign, round }: { readonly sign: 1 | -1; readonly round: (real: number) => number },
): Run {
  const [a, b, to] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)].map(value => affineOf(node, value));
  const commonScale = 2 * Math.max(a.scale, b.scale);
  const scaled = (operand: typeof a) => {
    const { mantissa, shift } = multiplierOf(node, round(operand.scale / commonScale));
    return Int32Array.from({ length: 256 }, (_, index) =>
      multiplyByQuantizedMultiplier((index - 128 - operand.zeroPoint) * 2 ** 20, mantissa, shift),
    );
  };
  const factor = round(commonScale / (2 ** 20 * to.scale));
  // TFLM aborts here.
  if (factor >= 1) throw malformed(node, `its output scale ${to.scale} is too fine`);
  const { mantissa, shift } = multiplierOf(node, factor);
  const [lowest, highest] = int8Bounds(node, activationOf(node), to);
  const [left, right] = [scaled(a), scaled(b)];
  return broadcast(node, {
    combine(x, y) {
      const sum = left[x + 128] + sign * right[y + 128];
      return clamp(multiplyByQuantizedMultiplier(sum, mantissa, shift) + to.zeroPoint, lowest, highest);
    },
  });
}

function productInt8(node: Node): Run {
  const [a, b, to] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)].map(value => affineOf(node, value));
  const { mantissa, shift } = multiplierOf(node, (a.scale * b.scale) / to.scale);
  const [lowest, highest] = int8Bounds(node, activationOf(node), to);
  return broadcast(node, {
    combine(x, y) {
      const product = (x - a.zeroPoint) * (y - b.zeroPoint);
      return clamp(multiplyByQuantizedMultiplier(product, mantissa, shift) + to.zeroPoint, lowest, highest);
    },
  });
}

function codes(node: Node, combine: Combine): Run {
  return broadcast(node, { combine });
}

function preluInt8(node: Node): Run {
  const [from, alpha, to] = [inputOf(node, 0), inputOf(node, 1), outputOf(node)].map(value => affineOf(node, value));
  const above = multiplierOf(node, from.scale / to.scale);
  const below = multiplierOf(node, (from.scale * alpha.scale) / to.scale);
  return broadcast(node, {
    combine(code, alphaCode) {
      const x = code - from.zeroPoint;
      const scaled =
        x >= 0
          ? multiplyByQuantizedMultiplier(x, above.mantissa, above.shift)
          : multiplyByQuantizedMultiplier(x * (alphaCode - alpha.zeroPoint), below.mantissa, below.shift);
      return clamp(scaled + to.zeroPoint, -128, 127);
    },
  });
}

function clamp(x: number, lowest: number, highest: number): number {
  return x < lowest ? lowest : x > highest ? highest : x;
}
