import { mapIndexes, strides } from './broadcast.ts';
import { gather } from './move.ts';
import {
  affineOf,
  constantInts,
  expectRankUpTo,
  expectShape,
  inputOf,
  malformed,
  type Node,
  outputOf,
  type Prepare,
  unsupported,
} from './node.ts';

/** TRANSPOSE by a constant permutation. TFLM: transpose_common.cc. */
export const prepareTranspose: Prepare = node => {
  const { shape } = inputOf(node, 0).tensor;
  expectRankUpTo(node, inputOf(node, 0), 5);
  const order = constantInts(node, 1);
  const isPermutation = order.length === shape.length && shape.every((_, axis) => order.includes(axis));
  if (!isPermutation) throw malformed(node, `permutation ${order.join(', ')}`);
  const to = order.map(axis => shape[axis]);
  expectShape(node, outputOf(node), to);
  const steps = strides(shape);
  return gather(node, {
    map: mapIndexes(to, position =>
      dot(
        position,
        order.map(axis => steps[axis]),
      ),
    ),
  });
};

/** PAD with real zeros. TFLM: pad_common.cc. */
export const preparePad: Prepare = node => padWith(node, zeroOf(node));

/** PADV2 with a constant value of the same quantization. TFLM: pad_common.cc. */
export const preparePadV2: Prepare = node => {
  const value = inputOf(node, 2);
  if (value.data.length !== 1 || !value.tensor.data) throw unsupported(node, 'a fill value that is no constant scalar');
  if (value.tensor.type !== outputOf(node).tensor.type) throw unsupported(node, `${value.tensor.type} fill value`);
  if (value.tensor.type === 'int8') {
    const [fill, to] = [affineOf(node, value), affineOf(node, outputOf(node))];
    if (fill.scale !== to.scale || fill.zeroPoint !== to.zeroPoint)
      throw unsupported(node, 'a fill value quantized unlike the output');
  }
  return padWith(node, value.data[0]);
};

function padWith(node: Node, fill: number) {
  const { shape } = inputOf(node, 0).tensor;
  expectRankUpTo(node, inputOf(node, 0), 5);
  const paddings = constantInts(node, 1);
  if (paddings.length !== 2 * shape.length || paddings.some(padding => padding < 0))
    throw malformed(node, `paddings ${paddings.join(', ')}`);
  const to = shape.map((dimension, axis) => dimension + paddings[2 * axis] + paddings[2 * axis + 1]);
  expectShape(node, outputOf(node), to);
  const before = shape.map((_, axis) => paddings[2 * axis]);
  return gather(node, { map: mapIndexes(to, position => indexWithin(shape, minus(position, before))), fill });
}

/** What stands for a real 0 in the output. */
function zeroOf(node: Node): number {
  const { type } = outputOf(node).tensor;
  return type === 'int8' || type === 'uint8' ? affineOf(node, outputOf(node)).zeroPoint : 0;
}

/**
 * SPACE_TO_BATCH_ND, block and paddings constant. TFLM: reference/space_to_batch_nd.h.
 * TFLM never sets the code it pads with, so int8 paddings have no defined result.
 */
export const prepareSpaceToBatch: Prepare = node => {
  const { input, output, block } = blockShapes(node);
  const paddings = constantInts(node, 2);
  if (paddings.length !== 2 * block.length) throw malformed(node, `${paddings.length} paddings`);
  if (inputOf(node, 0).tensor.type !== 'float32' && paddings.some(padding => padding !== 0))
    throw unsupported(node, 'paddings of quantized values');
  const padded = block.map((_, axis) => input[axis + 1] + paddings[2 * axis] + paddings[2 * axis + 1]);
  const inBlocks = padded.map((size, axis) => size / block[axis]);
  if (inBlocks.some(size => !Number.isInteger(size))) throw malformed(node, `blocks of ${block.join(' × ')}`);
  expectShape(node, outputOf(node), [input[0] * product(block), ...inBlocks, ...input.slice(block.length + 1)]);

  const map = mapIndexes(output, ([batch, ...rest]) => {
    const offsets = unravel(Math.floor(batch / input[0]), block);
    const spatial = block.map((size, axis) => rest[axis] * size + offsets[axis] - paddings[2 * axis]);
    return indexWithin(input, [batch % input[0], ...spatial, ...rest.slice(block.length)]);
  });
  return gather(node, { map });
};

/** BATCH_TO_SPACE_ND, block and crops constant. TFLM: reference/batch_to_space_nd.h. */
export const prepareBatchToSpace: Prepare = node => {
  const { input, output, block } = blockShapes(node);
  const crops = constantInts(node, 2);
  if (crops.length !== 2 * block.length || crops.some(crop => crop < 0))
    throw malformed(node, `crops ${crops.join(', ')}`);
  const batches = input[0] / product(block);
  if (!Number.isInteger(batches)) throw malformed(node, `${input[0]} batches in blocks of ${block.join(' × ')}`);
  const cropped = block.map((size, axis) => input[axis + 1] * size - crops[2 * axis] - crops[2 * axis + 1]);
  expectShape(node, outputOf(node), [batches, ...cropped, ...input.slice(block.length + 1)]);

  const map = mapIndexes(output, ([batch, ...rest]) => {
    const spatial = block.map((_, axis) => rest[axis] + crops[2 * axis]);
    const offset = spatial.reduce((sum, at, axis) => sum * block[axis] + (at % block[axis]), 0);
    const within = spatial.map((at, axis) => Math.floor(at / block[axis]));
    return indexWithin(input, [offset * batches + batch, ...within, ...rest.slice(block.length)]);
  });
  return gather(node, { map });
};

function blockShapes(node: Node) {
  const input = inputOf(node, 0).tensor.shape;
  const block = constantInts(node, 1);
  if (input.length !== block.length + 2 || block.some(size => size < 1))
    throw malformed(node, `blocks of ${block.join(' × ')} over ${input.length} dimensions`);
  return { input, output: outputOf(node).tensor.shape, block };
}

function product(factors: readonly number[]): number {
  return factors.reduce((value, factor) => value * factor, 1);
}

/** The position of a row-major index. */
function unravel(index: number, shape: readonly number[]): readonly number[] {
  return strides(shape).map((step, axis) => Math.floor(index / step) % shape[axis]);
}

function minus(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((value, axis) => value - b[axis]);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, axis) => sum + value * b[axis], 0);
}

/** The row-major index of a position, −1 outside of the shape. */
function indexWithin(shape: readonly number[], position: readonly number[]): number {
  let index = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    if (position[axis] < 0 || position[axis] >= shape[axis]) return -1;
    index = index * shape[axis] + position[axis];
  }
  return index;
}
