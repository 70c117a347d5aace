import { expectShape, inputOf, malformed, type Node, outputOf, type Run, type TensorData, type Value } from './node.ts';

/** output = combine(a, b), element by element; dimensions of 1 are repeated, missing ones added in front. */
export function broadcast(
  node: Node,
  {
    a = inputOf(node, 0),
    b = inputOf(node, 1),
    combine,
  }: {
    readonly a?: Value;
    readonly b?: Value;
    readonly combine: (a: number, b: number) => number;
  },
): Run {
  const output = outputOf(node);
  expectShape(node, output, commonShape(node, a.tensor.shape, b.tensor.shape));
  const [left, right, to] = [a.data, b.data, output.data];
  const [leftMap, rightMap] = [sourceMap(a, output), sourceMap(b, output)];
  return () => combineAll({ left, right, to, leftMap, rightMap, combine });
}

function combineAll({
  left,
  right,
  to,
  leftMap,
  rightMap,
  combine,
}: {
  readonly left: TensorData;
  readonly right: TensorData;
  readonly to: TensorData;
  readonly leftMap: Int32Array | undefined;
  readonly rightMap: Int32Array | undefined;
  readonly combine: (a: number, b: number) => number;
}): void {
  for (let i = 0; i < to.length; i++) {
    const a = left[leftMap ? leftMap[i] : i];
    const b = right[rightMap ? rightMap[i] : i];
    to[i] = combine(a, b);
  }
}

function commonShape(node: Node, a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (left !== right && left !== 1 && right !== 1) throw malformed(node, `dimensions ${left} and ${right}`);
    return left === 1 ? right : left;
  });
}

/** For each output element the element of a smaller value, or undefined where both have the same elements. */
function sourceMap(value: Value, output: Value): Int32Array | undefined {
  if (value.data.length === output.data.length) return undefined;
  const to = output.tensor.shape;
  const from = [...to.slice(value.tensor.shape.length).map(() => 1), ...value.tensor.shape];
  const steps = strides(from).map((step, axis) => (from[axis] === 1 ? 0 : step));
  return mapIndexes(to, position => position.reduce((sum, index, axis) => sum + index * steps[axis], 0));
}

/** Elements between neighbours along each axis, row-major. */
export function strides(shape: readonly number[]): readonly number[] {
  const steps = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) steps[axis] = steps[axis + 1] * shape[axis + 1];
  return steps;
}

/** Calls `indexOf` with each position of a shape in row-major order and keeps what it gives. */
export function mapIndexes(shape: readonly number[], indexOf: (position: readonly number[]) => number): Int32Array {
  const position = shape.map(() => 0);
  const map = new Int32Array(shape.reduce((count, dimension) => count * dimension, 1));
  for (let i = 0; i < map.length; i++) {
    map[i] = indexOf(position);
    for (let axis = shape.length - 1; axis >= 0 && ++position[axis] === shape[axis]; axis--) position[axis] = 0;
  }
  return map;
}
