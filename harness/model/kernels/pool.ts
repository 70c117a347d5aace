import { poolOptions } from '../options.ts';
import { floatBounds, int8Bounds } from './fused-activation.ts';
import {
  affineOf,
  byType,
  dataAs,
  expectShape,
  inputOf,
  malformed,
  type Node,
  outputOf,
  type Prepare,
  type Run,
  shapeOfRank,
  unsupported,
} from './node.ts';
import { type WindowAxis, windowAxes } from './window.ts';

/** AVERAGE_POOL_2D over [n, h, w, c]; padding counts for nothing. TFLM: reference/integer_ops/pooling.h. */
export const prepareAveragePool: Prepare = node =>
  byType(node, inputOf(node, 0), {
    int8: () => poolInt8(node, { seed: 0, add: (sum, x) => sum + x, end: roundedQuotient }),
    float32: () => preparePool(node, { type: 'float32', seed: 0, add: (sum, x) => sum + x, end: (sum, n) => sum / n }),
  });

/** MAX_POOL_2D over [n, h, w, c]. TFLM: reference/integer_ops/pooling.h. */
export const prepareMaxPool: Prepare = node =>
  byType(node, inputOf(node, 0), {
    int8: () => poolInt8(node, { seed: -128, add: Math.max, end: highest => highest }),
    float32: () => preparePool(node, { type: 'float32', seed: -Infinity, add: Math.max, end: highest => highest }),
  });

function roundedQuotient(sum: number, count: number): number {
  const half = Math.floor(count / 2);
  return Math.trunc((sum > 0 ? sum + half : sum - half) / count);
}

interface Reduction {
  readonly type: 'int8' | 'float32';
  readonly seed: number;
  readonly add: (sum: number, x: number) => number;
  readonly end: (sum: number, count: number) => number;
}

/** Pools codes as they are, so TFLM refuses another quantization of the output (pooling_common.cc, with its tolerance). */
function poolInt8(node: Node, reduction: Omit<Reduction, 'type'>): Run {
  const [from, to] = [affineOf(node, inputOf(node, 0)), affineOf(node, outputOf(node))];
  if (Math.abs(from.scale - to.scale) > 1e-6 || from.zeroPoint !== to.zeroPoint)
    throw unsupported(node, 'an output quantized unlike its input');
  return preparePool(node, { ...reduction, type: 'int8' });
}

function preparePool(node: Node, { type, seed, add, end }: Reduction): Run {
  const [batches, height, width, depth] = shapeOfRank(node, inputOf(node, 0), 4);
  const input = dataAs(node, inputOf(node, 0), type);
  const output = dataAs(node, outputOf(node), type);
  const options = poolOptions(node.options);
  const { filterY, filterX, activation } = options;
  const { y, x } = windowAxes(node, { height, width, filterY, filterX }, options);
  expectShape(node, outputOf(node), [batches, y.outputs, x.outputs, depth]);
  const [lowest, highest] =
    type === 'int8' ? int8Bounds(node, activation, affineOf(node, outputOf(node))) : floatBounds(node, activation);
  const [rows, columns] = [clippedWindows(y, filterY, height), clippedWindows(x, filterX, width)];
  if ([...rows, ...columns].some(([from, to]) => from >= to)) throw malformed(node, 'a window lies in the padding');

  return () => {
    let to = 0;
    for (let batch = 0; batch < batches; batch++)
      for (const [top, bottom] of rows)
        for (const [left, right] of columns)
          for (let c = 0; c < depth; c++) {
            let sum = seed;
            for (let inY = top; inY < bottom; inY++)
              for (let inX = left; inX < right; inX++)
                sum = add(sum, input[((batch * height + inY) * width + inX) * depth + c]);
            const result = end(sum, (bottom - top) * (right - left));
            output[to++] = Math.min(highest, Math.max(lowest, result));
          }
  };
}

/** First and last-plus-one input of each window, cut to the input. */
function clippedWindows(axis: WindowAxis, filter: number, size: number): (readonly [from: number, to: number])[] {
  return Array.from({ length: axis.outputs }, (_, index) => {
    const from = index * axis.stride - axis.before;
    return [Math.max(0, from), Math.min(size, from + filter)] as const;
  });
}
