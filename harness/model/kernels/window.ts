import { malformed, type Node } from './node.ts';

/** One axis of a sliding window. */
export interface WindowAxis {
  readonly stride: number;
  readonly dilation: number;
  /** Elements of padding before the first input. */
  readonly before: number;
  readonly outputs: number;
}

/** An image and the filter that slides over it. */
interface Plane {
  readonly height: number;
  readonly width: number;
  readonly filterY: number;
  readonly filterX: number;
}

/** What the operators that slide a window say of it; those that cannot dilate leave dilation out. */
interface WindowOptions {
  readonly padding: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY?: number;
  readonly dilationX?: number;
}

/** Padding and output size, as SAME or VALID says. TFLM padding.h: ComputePaddingHeightWidth. */
export function windowAxes(
  node: Node,
  { height, width, filterY, filterX }: Plane,
  { padding, strideY, strideX, dilationY = 1, dilationX = 1 }: WindowOptions,
): { readonly y: WindowAxis; readonly x: WindowAxis } {
  const same = isSame(node, padding);
  return {
    y: windowAxis(node, { input: height, filter: filterY, stride: strideY, dilation: dilationY, same }),
    x: windowAxis(node, { input: width, filter: filterX, stride: strideX, dilation: dilationX, same }),
  };
}

interface Axis {
  readonly input: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  readonly same: boolean;
}

function windowAxis(node: Node, { input, filter, stride, dilation, same }: Axis): WindowAxis {
  if (stride < 1 || dilation < 1 || filter < 1)
    throw malformed(node, `window ${filter}, stride ${stride}, dilation ${dilation}`);
  const span = (filter - 1) * dilation + 1;
  const outputs = Math.floor((same ? input + stride - 1 : input + stride - span) / stride);
  const before = Math.max(0, Math.floor(((outputs - 1) * stride + span - input) / 2));
  return { stride, dilation, before, outputs };
}

/** Whether the padding code of schema.fbs is SAME. */
function isSame(node: Node, padding: number): boolean {
  if (padding !== 0 && padding !== 1) throw malformed(node, `padding ${padding}`);
  return padding === 0;
}
