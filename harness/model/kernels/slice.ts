import { stridedSliceOptions } from '../options.ts';
import { mapIndexes, strides } from './broadcast.ts';
import { gather } from './move.ts';
import {
  constantInts,
  expectRankUpTo,
  expectShape,
  inputOf,
  malformed,
  type Node,
  outputOf,
  type Prepare,
  type Run,
  unsupported,
} from './node.ts';

/** SLICE from constant begins with constant sizes, −1 for the rest of an axis. TFLM: slice.cc, reference/slice.h. */
export const prepareSlice: Prepare = node => {
  const { shape } = inputOf(node, 0).tensor;
  expectRankUpTo(node, inputOf(node, 0), 5);
  const [begins, sizes] = [constantInts(node, 1), constantInts(node, 2)];
  if (begins.length !== shape.length || sizes.length !== shape.length)
    throw malformed(node, `${begins.length} begins and ${sizes.length} sizes for ${shape.length} dimensions`);
  const ranges = shape.map((dimension, axis) => {
    const begin = begins[axis];
    const count = sizes[axis] === -1 ? dimension - begin : sizes[axis];
    if (begin < 0 || count < 0 || begin + count > dimension)
      throw malformed(node, `${begin} + ${count} of ${dimension}`);
    return { start: begin, step: 1, count };
  });
  expectShape(
    node,
    outputOf(node),
    ranges.map(({ count }) => count),
  );
  return pick(node, ranges);
};

/** STRIDED_SLICE with constant bounds. TFLM: strided_slice_common.cc, strided_slice_logic.h. */
export const prepareStridedSlice: Prepare = node => {
  const { shape } = inputOf(node, 0).tensor;
  const [begins, ends, steps] = [1, 2, 3].map(index => constantInts(node, index));
  const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask, isOffset } = stridedSliceOptions(node.options);
  if (ellipsisMask || newAxisMask || isOffset) throw unsupported(node, 'an ellipsis, a new axis or an offset');
  expectRankUpTo(node, inputOf(node, 0), 4);
  if ([begins, ends, steps].some(bounds => bounds.length !== shape.length) || steps.includes(0))
    throw malformed(node, `bounds for ${begins.length}, ${ends.length}, ${steps.length} of ${shape.length} dimensions`);

  const isShrunk = (axis: number) => (shrinkAxisMask & (1 << axis)) !== 0;
  const ranges = shape.map((size, axis) => {
    const step = steps[axis];
    const start = bound(begins[axis], { size, step, isOpen: (beginMask & (1 << axis)) !== 0, isEnd: false });
    const end = bound(ends[axis], { size, step, isOpen: (endMask & (1 << axis)) !== 0, isEnd: true });
    const count = isShrunk(axis) ? Number(start >= 0 && start < size) : Math.max(0, Math.ceil((end - start) / step));
    return { start, step, count };
  });
  const kept = ranges.filter((_, axis) => !isShrunk(axis));
  expectShape(
    node,
    outputOf(node),
    kept.map(({ count }) => count),
  );
  return pick(node, ranges);
};

/** One end of a range along an axis: negative counts from the back, out of range is clamped, open goes all the way. */
function bound(
  index: number,
  {
    size,
    step,
    isOpen,
    isEnd,
  }: {
    readonly size: number;
    readonly step: number;
    readonly isOpen: boolean;
    readonly isEnd: boolean;
  },
): number {
  const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
  if (isOpen) return step > 0 === isEnd ? highest : lowest;
  return Math.min(highest, Math.max(lowest, index < 0 ? index + size : index));
}

interface Range {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

function pick(node: Node, ranges: readonly Range[]): Run {
  const steps = strides(inputOf(node, 0).tensor.shape);
  const counts = ranges.map(({ count }) => count);
  const map = mapIndexes(counts, position =>
    position.reduce((sum, at, axis) => sum + (ranges[axis].start + at * ranges[axis].step) * steps[axis], 0),
  );
  return gather(node, { map });
}
