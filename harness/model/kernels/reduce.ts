import { int32Max, multiplyByQuantizedMultiplier } from '../fixed-point.ts';
import { mapIndexes, strides } from './broadcast.ts';
import {
  affineOf,
  byType,
  constantInts,
  dataAs,
  expectShape,
  inputOf,
  malformed,
  multiplierOf,
  type Node,
  outputOf,
  type Prepare,
  type Run,
  resolveAxis,
  unsupported,
} from './node.ts';

/** MEAN over constant axes. TFLM: reduce_common.cc, reference/reduce.h (QuantizedMeanOrSum). */
export const prepareMean: Prepare = node =>
  byType(node, inputOf(node, 0), {
    int8: () => sumInt8(node, { isMean: true }),
    float32: () => sumFloat32(node, { isMean: true }),
  });

/** SUM over constant axes. TFLM: reduce_common.cc, reference/reduce.h (QuantizedMeanOrSum). */
export const prepareSum: Prepare = node =>
  byType(node, inputOf(node, 0), {
    int8: () => sumInt8(node, { isMean: false }),
    float32: () => sumFloat32(node, { isMean: false }),
  });

/** REDUCE_MAX over constant axes. TFLM: reduce_common.cc (EvalMinMaxHelper). */
export const prepareReduceMax: Prepare = node => extreme(node, { seed: -Infinity, pick: Math.max });

/** REDUCE_MIN over constant axes. TFLM: reduce_common.cc (EvalMinMaxHelper). */
export const prepareReduceMin: Prepare = node => extreme(node, { seed: Infinity, pick: Math.min });

/** ARG_MAX along a constant axis, int32; the first of equals. TFLM: arg_min_max.cc. */
export const prepareArgMax: Prepare = node => argExtreme(node, (x, best) => x > best);

/** ARG_MIN along a constant axis, int32; the first of equals. TFLM: arg_min_max.cc. */
export const prepareArgMin: Prepare = node => argExtreme(node, (x, best) => x < best);

/** Which output element each input element belongs to, and how many belong to each. */
function reduction(node: Node): { readonly target: Int32Array; readonly count: number } {
  const [input, output] = [inputOf(node, 0), outputOf(node)];
  const { shape } = input.tensor;
  const axes = new Set(
    shape.length === 0 ? [] : constantInts(node, 1).map(axis => resolveAxis(node, axis, shape.length)),
  );
  const kept = shape.map((dimension, axis) => (axes.has(axis) ? 1 : dimension));
  const keepsDimensions = node.options.bool(0);
  expectShape(node, output, keepsDimensions ? kept : shape.filter((_, axis) => !axes.has(axis)));
  const steps = strides(kept).map((step, axis) => (axes.has(axis) ? 0 : step));
  const target = mapIndexes(shape, position => position.reduce((sum, index, axis) => sum + index * steps[axis], 0));
  if (target.length === 0 || output.data.length === 0) throw malformed(node, 'nothing to reduce');
  return { target, count: target.length / output.data.length };
}

function sumInt8(node: Node, { isMean }: { readonly isMean: boolean }): Run {
  const [input, output] = [dataAs(node, inputOf(node, 0), 'int8'), dataAs(node, outputOf(node), 'int8')];
  const [from, to] = [affineOf(node, inputOf(node, 0)), affineOf(node, outputOf(node))];
  const { target, count } = reduction(node);
  const whole = multiplierOf(node, from.scale / to.scale);
  const { mantissa, shift } = isMean ? dividedBy(whole, count) : whole;
  const sums = new Int32Array(output.length);
  return () => {
    sums.fill(0);
    for (let i = 0; i < input.length; i++) sums[target[i]] += input[i];
    for (let i = 0; i < output.length; i++) {
      const sum = (sums[i] - from.zeroPoint * count) | 0;
      const code = multiplyByQuantizedMultiplier(sum, mantissa, shift) + to.zeroPoint;
      output[i] = Math.min(127, Math.max(-128, code));
    }
  };
}

/** The multiplier over `count` elements, by integer division as TFLM does it, so that the mantissa is truncated. */
function dividedBy({ mantissa, shift }: { readonly mantissa: number; readonly shift: number }, count: number) {
  const spare = Math.min(31 - Math.clz32(count), 32, 31 + shift);
  const divided = Number((BigInt(mantissa) << BigInt(spare)) / BigInt(count));
  return { mantissa: Math.min(divided, int32Max), shift: shift - spare };
}

function sumFloat32(node: Node, { isMean }: { readonly isMean: boolean }): Run {
  const [input, output] = [dataAs(node, inputOf(node, 0), 'float32'), dataAs(node, outputOf(node), 'float32')];
  const { target, count } = reduction(node);
  const sums = new Float64Array(output.length);
  return () => {
    sums.fill(0);
    for (let i = 0; i < input.length; i++) sums[target[i]] += input[i];
    for (let i = 0; i < output.length; i++) output[i] = isMean ? sums[i] / count : sums[i];
  };
}

function extreme(
  node: Node,
  { seed, pick }: { readonly seed: number; readonly pick: (a: number, b: number) => number },
): Run {
  const run = (type: 'int8' | 'float32') => {
    const [input, output] = [dataAs(node, inputOf(node, 0), type), dataAs(node, outputOf(node), type)];
    const { target } = reduction(node);
    const best = new Float64Array(output.length);
    return () => {
      best.fill(seed);
      for (let i = 0; i < input.length; i++) best[target[i]] = pick(best[target[i]], input[i]);
      output.set(best);
    };
  };
  return byType(node, inputOf(node, 0), {
    int8() {
      const [from, to] = [affineOf(node, inputOf(node, 0)), affineOf(node, outputOf(node))];
      if (from.scale !== to.scale || from.zeroPoint !== to.zeroPoint)
        throw unsupported(node, 'an output quantized unlike its input');
      return run('int8');
    },
    float32: () => run('float32'),
  });
}

function argExtreme(node: Node, isBetter: (x: number, best: number) => boolean): Run {
  const input = inputOf(node, 0);
  const { shape, type } = input.tensor;
  if (type !== 'int8' && type !== 'float32') throw unsupported(node, `${type} input`);
  const axis = resolveAxis(node, constantInts(node, 1)[0] ?? 0, shape.length);
  const output = dataAs(node, outputOf(node), 'int32');
  expectShape(node, outputOf(node), shape.toSpliced(axis, 1));
  const length = shape[axis];
  const inner = strides(shape)[axis];
  const from = input.data;
  return () => {
    for (let i = 0; i < output.length; i++) {
      const start = Math.floor(i / inner) * length * inner + (i % inner);
      let best = 0;
      for (let k = 1; k < length; k++) if (isBetter(from[start + k * inner], from[start + best * inner])) best = k;
      output[i] = best;
    }
  };
}
