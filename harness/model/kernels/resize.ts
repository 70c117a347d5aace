import { roundHalfAway } from '../fixed-point.ts';
import { resizeOptions } from '../options.ts';
import { mapIndexes } from './broadcast.ts';
import { gather } from './move.ts';
import {
  byType,
  constantInts,
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

/** RESIZE_NEAREST_NEIGHBOR of [n, h, w, c] to a constant size. TFLM: reference/resize_nearest_neighbor.h. */
export const prepareResizeNearest: Prepare = node => {
  const { height, width, depth, toHeight, toWidth, output } = resizeShapes(node);
  const options = resizeOptions(node.options, 0);
  const rows = Array.from({ length: toHeight }, (_, y) => nearest(y, { from: height, to: toHeight, ...options }));
  const columns = Array.from({ length: toWidth }, (_, x) => nearest(x, { from: width, to: toWidth, ...options }));
  const map = mapIndexes(output, ([batch, y, x, c]) => ((batch * height + rows[y]) * width + columns[x]) * depth + c);
  return gather(node, { map });
};

interface Axis {
  /** Elements of the input and of the output. */
  readonly from: number;
  readonly to: number;
  readonly alignsCorners: boolean;
  readonly hasHalfPixelCenters: boolean;
}

function nearest(index: number, { from, to, alignsCorners, hasHalfPixelCenters }: Axis): number {
  const scale = Math.fround(alignsCorners && to > 1 ? (from - 1) / (to - 1) : from / to);
  const place = Math.fround(Math.fround(index + (hasHalfPixelCenters ? 0.5 : 0)) * scale);
  return Math.min(from - 1, alignsCorners ? roundHalfAway(place) : Math.floor(place));
}

/** RESIZE_BILINEAR of [n, h, w, c] to a constant size. TFLM: reference/resize_bilinear.h. */
export const prepareResizeBilinear: Prepare = node =>
  byType(node, inputOf(node, 0), {
    int8: () => bilinear(node, { type: 'int8', unit: 1024, weigh: weighInt }),
    float32: () => bilinear(node, { type: 'float32', unit: 1, weigh: weighFloat }),
  });

/** The two inputs that an output lies between along one axis, and how far it lies beyond the first, in units. */
interface Between {
  readonly first: number;
  readonly second: number;
  readonly beyond: number;
}

/** In TFLM's fixed point with 10 fractional bits; C divides towards zero. */
function weighInt(index: number, { from, to, alignsCorners, hasHalfPixelCenters }: Axis): Between {
  const aligned = alignsCorners && to > 1 ? 1 : 0;
  const [inputs, outputs] = [from - aligned, to - aligned];
  const scale = Math.trunc((1024 * inputs + Math.trunc(outputs / 2)) / outputs);
  const place = index * scale + (hasHalfPixelCenters ? Math.trunc(scale / 2) - 512 : 0);
  const first = Math.max(0, Math.trunc(place / 1024));
  const second = Math.min(from - 1, Math.trunc((place + 1023) / 1024));
  return { first, second, beyond: place - 1024 * first };
}

function weighFloat(index: number, { from, to, alignsCorners, hasHalfPixelCenters }: Axis): Between {
  const scale = alignsCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  const place = hasHalfPixelCenters ? (index + 0.5) * scale - 0.5 : index * scale;
  const first = Math.max(0, Math.floor(place));
  return { first, second: Math.min(from - 1, Math.ceil(place)), beyond: place - first };
}

function bilinear(
  node: Node,
  {
    type,
    unit,
    weigh,
  }: {
    readonly type: 'int8' | 'float32';
    /** What the weights of two neighbours add up to. */
    readonly unit: number;
    readonly weigh: (index: number, axis: Axis) => Between;
  },
): Run {
  const { height, width, depth, toHeight, toWidth, batches } = resizeShapes(node);
  const [input, output] = [dataAs(node, inputOf(node, 0), type), dataAs(node, outputOf(node), type)];
  const options = resizeOptions(node.options, 2);
  if (options.alignsCorners && options.hasHalfPixelCenters) throw malformed(node, 'aligned corners and half pixels');
  const rows = Array.from({ length: toHeight }, (_, y) => weigh(y, { from: height, to: toHeight, ...options }));
  const columns = Array.from({ length: toWidth }, (_, x) => weigh(x, { from: width, to: toWidth, ...options }));
  // Rounding of the scale adds up: at some thousands of outputs TFLM reads past its input.
  if (rows.some(({ first }) => first >= height) || columns.some(({ first }) => first >= width))
    throw unsupported(node, `a size of ${toHeight} × ${toWidth}`);

  return () => {
    let to = 0;
    for (let batch = 0; batch < batches; batch++)
      for (const y of rows)
        for (const x of columns)
          for (let c = 0; c < depth; c++) {
            const at = (row: number, column: number) => input[((batch * height + row) * width + column) * depth + c];
            const sum =
              at(y.first, x.first) * (unit - y.beyond) * (unit - x.beyond) +
              at(y.second, x.first) * y.beyond * (unit - x.beyond) +
              at(y.first, x.second) * (unit - y.beyond) * x.beyond +
              at(y.second, x.second) * y.beyond * x.beyond;
            output[to++] = type === 'int8' ? roundedQuotient(sum) : sum;
          }
  };
}

/** A Q11.20 sum to the nearest integer, as C does it with a signed half. */
function roundedQuotient(sum: number): number {
  const half = 2 ** 19;
  return Math.trunc((sum + (sum > 0 ? half : -half)) / 2 ** 20);
}

function resizeShapes(node: Node) {
  const [batches, height, width, depth] = shapeOfRank(node, inputOf(node, 0), 4);
  const size = constantInts(node, 1);
  const [toHeight, toWidth] = size;
  if (size.length !== 2 || toHeight < 1 || toWidth < 1) throw malformed(node, `a size of ${size.join(' × ')}`);
  const output = [batches, toHeight, toWidth, depth];
  expectShape(node, outputOf(node), output);
  return { batches, height, width, depth, toHeight, toWidth, output };
}
