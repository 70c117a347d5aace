import { elementCount } from '../tflite.ts';
import { expectSameType } from './move.ts';
import {
  affineOf,
  constantInts,
  expectShape,
  inputOf,
  malformed,
  type Node,
  outputOf,
  type Prepare,
  type Run,
  resolveAxis,
  unsupported,
  type Value,
} from './node.ts';

/** CONCATENATION of values quantized alike. TFLM: concatenation.cc. */
export const prepareConcatenation: Prepare = node => {
  const output = outputOf(node);
  const { shape } = output.tensor;
  const axis = resolveAxis(node, node.options.int32(0), shape.length);
  if (node.options.int8(1) !== 0) throw unsupported(node, 'a fused activation');
  const parts = node.inputs.map((_, index) => inputOf(node, index));
  for (const part of parts) {
    expectSameType(node, part, output);
    expectShape(node, part, shape.with(axis, part.tensor.shape[axis]));
    if (output.tensor.type === 'int8') expectSameQuantization(node, part, output);
  }
  return copyBlocks(node, { whole: output, parts, axis, isJoining: true });
};

/** SPLIT into equal parts along a constant axis. TFLM: split.cc. */
export const prepareSplit: Prepare = node => {
  const whole = inputOf(node, 1);
  const { shape } = whole.tensor;
  const axis = resolveAxis(node, constantInts(node, 0)[0] ?? 0, shape.length);
  const size = shape[axis] / node.outputs.length;
  for (const part of node.outputs) {
    expectSameType(node, whole, part);
    expectShape(node, part, shape.with(axis, size));
  }
  return copyBlocks(node, { whole, parts: node.outputs, axis, isJoining: false });
};

/** PACK of values with one shape along a new axis. TFLM: pack.cc. */
export const preparePack: Prepare = node => {
  const output = outputOf(node);
  const { shape } = output.tensor;
  const axis = resolveAxis(node, node.options.int32(1), shape.length);
  const parts = node.inputs.map((_, index) => inputOf(node, index));
  for (const part of parts) {
    expectSameType(node, part, output);
    expectShape(node, part, shape.toSpliced(axis, 1));
  }
  return copyBlocks(node, { whole: output, parts, axis, isJoining: true });
};

/** SHAPE: the dimensions of the input, int32. TFLM: shape.cc. */
export const prepareShape: Prepare = node => {
  const { shape } = inputOf(node, 0).tensor;
  const output = outputOf(node);
  if (output.tensor.type !== 'int32') throw unsupported(node, `${output.tensor.type} output`);
  expectShape(node, output, [shape.length]);
  return () => output.data.set(shape);
};

function expectSameQuantization(node: Node, a: Value, b: Value): void {
  const [left, right] = [affineOf(node, a), affineOf(node, b)];
  if (left.scale !== right.scale || left.zeroPoint !== right.zeroPoint)
    throw unsupported(node, `tensors ${a.tensor.index} and ${b.tensor.index} quantized differently`);
}

/** Copies between a whole and the parts that lie side by side in it along an axis. */
function copyBlocks(
  node: Node,
  {
    whole,
    parts,
    axis,
    isJoining,
  }: {
    readonly whole: Value;
    readonly parts: readonly Value[];
    readonly axis: number;
    readonly isJoining: boolean;
  },
): Run {
  const total = parts.reduce((sum, part) => sum + part.data.length, 0);
  if (total !== whole.data.length) throw malformed(node, `its parts have ${total} elements of ${whole.data.length}`);
  const outer = elementCount(whole.tensor.shape.slice(0, axis));
  return () => {
    let at = 0;
    for (let index = 0; index < outer; index++)
      for (const { data } of parts) {
        const length = data.length / outer;
        const start = index * length;
        if (isJoining) whole.data.set(data.subarray(start, start + length), at);
        else data.set(whole.data.subarray(at, at + length), start);
        at += length;
      }
  };
}
