import { roundHalfAway } from '../fixed-point.ts';
import type { Affine } from '../quantize.ts';
import { type Node, unsupported } from './node.ts';

/** Bounds of a fused activation in real values, by its code in schema.fbs. */
const realBounds: Readonly<Record<number, readonly [lowest: number, highest: number]>> = {
  0: [-Infinity, Infinity],
  1: [0, Infinity],
  2: [-1, 1],
  3: [0, 6],
};

/** The bounds of NONE, RELU, RELU_N1_TO_1 and RELU6; others are unsupported. */
export function floatBounds(node: Node, activation: number): readonly [lowest: number, highest: number] {
  const bounds = realBounds[activation];
  if (!bounds) throw unsupported(node, `fused activation ${activation}`);
  return bounds;
}

/** The same bounds as int8 codes of the output. TFLM kernel_util.cc: CalculateActivationRangeQuantized. */
export function int8Bounds(
  node: Node,
  activation: number,
  { scale, zeroPoint }: Affine,
): readonly [lowest: number, highest: number] {
  const [lowest, highest] = floatBounds(node, activation);
  const code = (real: number) => zeroPoint + roundHalfAway(Math.fround(real / scale));
  return [Math.max(-128, code(lowest)), Math.min(127, code(highest))];
}
