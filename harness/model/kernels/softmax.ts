import { ModelError } from '../../errors.ts';
import {
  divideByPowerOfTwo,
  doublingHighMul,
  expOfNegative,
  inputRadius,
  int32Max,
  oneOverOnePlus,
  quantizeMultiplier,
} from '../fixed-point.ts';
import {
  affineOf,
  byType,
  dataAs,
  expectSameCount,
  inputOf,
  malformed,
  type Node,
  outputOf,
  type Prepare,
  type Run,
  unsupported,
} from './node.ts';

/** SOFTMAX over the last axis. TFLM: softmax_common.cc, reference/softmax.h. */
export const prepareSoftmax: Prepare = node => {
  expectSameCount(node, inputOf(node, 0), outputOf(node));
  if (inputOf(node, 0).tensor.shape.length < 1) throw malformed(node, 'a scalar');
  return byType(node, inputOf(node, 0), { int8: prepareInt8, float32: prepareFloat32 });
};

const prepareInt8: Prepare = node => {
  const [input, output] = [dataAs(node, inputOf(node, 0), 'int8'), dataAs(node, outputOf(node), 'int8')];
  const to = affineOf(node, outputOf(node));
  if (to.scale !== 1 / 256 || to.zeroPoint !== -128) throw unsupported(node, `output scale ${to.scale}, not 1/256`);
  const exps = expTable(node);
  const depth = rowLength(node);

  return forEachRow(input.length, depth, (start, end) => {
    let highest = -128;
    for (let i = start; i < end; i++) highest = Math.max(highest, input[i]);
    let sum = 0;
    for (let i = start; i < end; i++) sum += divideByPowerOfTwo(exps[highest - input[i]], 12);
    const { mantissa, exponent } = reciprocal(node, sum);
    for (let i = start; i < end; i++) {
      const exp = exps[highest - input[i]];
      const code = divideByPowerOfTwo(doublingHighMul(mantissa, exp), exponent);
      output[i] = Math.min(127, code - 128);
    }
  });
};

/** exp(−difference × scale × beta) in Q0.31 for each difference of codes, 0 beyond the input's radius. */
function expTable(node: Node): Int32Array {
  const integerBits = 5;
  const factor = node.options.float32(0) * affineOf(node, inputOf(node, 0)).scale * 2 ** (31 - integerBits);
  if (!(factor > 1)) throw unsupported(node, `beta × scale × 2^26 = ${factor}`);
  const { mantissa, shift } = quantizeMultiplier(Math.min(factor, int32Max));
  const furthest = inputRadius(integerBits, shift);
  return Int32Array.from({ length: 256 }, (_, difference) =>
    difference > furthest ? 0 : expOfNegative(doublingHighMul(-difference << shift, mantissa), integerBits),
  );
}

/** 1 / sum of a Q12.19 sum, and the shift from the product with a Q0.31 value to 8 bits. TFLM common.h: GetReciprocal. */
function reciprocal(node: Node, sum: number) {
  const headroom = Math.clz32(sum);
  const exponent = 12 - headroom + 31 - 8;
  if (sum > int32Max || exponent > 31)
    throw new ModelError('SOFTMAX overflows: TFLM stops here, too', node.where, 'use fewer classes');
  return { mantissa: oneOverOnePlus((sum << headroom) + 2 ** 31), exponent };
}

const prepareFloat32: Prepare = node => {
  const [input, output] = [dataAs(node, inputOf(node, 0), 'float32'), dataAs(node, outputOf(node), 'float32')];
  const beta = node.options.float32(0);
  return forEachRow(input.length, rowLength(node), (start, end) => {
    let highest = -Infinity;
    for (let i = start; i < end; i++) highest = Math.max(highest, input[i]);
    let sum = 0;
    for (let i = start; i < end; i++) sum += output[i] = Math.exp((input[i] - highest) * beta);
    for (let i = start; i < end; i++) output[i] = output[i] / sum;
  });
};

function rowLength(node: Node): number {
  return inputOf(node, 0).tensor.shape.at(-1) ?? 1;
}

function forEachRow(length: number, depth: number, visit: (start: number, end: number) => void): Run {
  return () => {
    for (let start = 0; start < length; start += depth) visit(start, start + depth);
  };
}
