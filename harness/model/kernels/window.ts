import { malformed, type Node } from './node.ts';

/** One axis of a sliding window. */
export interface WindowAxis {
  readonly stride: number;
  readonly dilation: number;
  /** Elements of padding before the first input. */
  readonly before: number;
  readonly outputs: number;
}

/** Padding and output size along one axis, as SAME or VALID says. TFLM padding.h: ComputePaddingHeightWidth. */
export function windowAxis(
  node: Node,
  {
    input,
    filter,
    stride,
    dilation,
    same,
  }: {
    readonly input: number;
    readonly filter: number;
    readonly stride: number;
    readonly dilation: number;
    readonly same: boolean;
  },
): WindowAxis {
  if (stride < 1 || dilation < 1 || filter < 1)
    throw malformed(node, `window ${filter}, stride ${stride}, dilation ${dilation}`);
  const span = (filter - 1) * dilation + 1;
  const outputs = Math.floor((same ? input + stride - 1 : input + stride - span) / stride);
  const before = Math.max(0, Math.floor(((outputs - 1) * stride + span - input) / 2));
  return { stride, dilation, before, outputs };
}

/** Whether the padding code of schema.fbs is SAME. */
export function isSame(node: Node, padding: number): boolean {
  if (padding !== 0 && padding !== 1) throw malformed(node, `padding ${padding}`);
  return padding === 0;
}
