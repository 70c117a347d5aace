import { convOptions } from '../options.ts';
import { floatBounds } from './fused-activation.ts';
import { type Matmul, matmulFloat32, matmulInt8 } from './matmul.ts';
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
  shapeOfRank,
} from './node.ts';
import { biasOf, channelRequantization, fillOffsets } from './weights.ts';
import { isSame, type WindowAxis, windowAxis } from './window.ts';

/**
 * CONV_2D: input [n, h, w, c] and weights [out, fh, fw, c / groups], as a matrix product over gathered patches.
 * TFLM: reference/integer_ops/conv.h, reference/conv.h.
 */
export const prepareConv: Prepare = node =>
  byType(node, inputOf(node, 0), { int8: prepareInt8, float32: prepareFloat32 });

const prepareInt8: Prepare = node => {
  const geometry = convGeometry(node);
  const [input, weights] = [inputOf(node, 0), inputOf(node, 1)];
  const data = {
    input: dataAs(node, input, 'int8'),
    weights: dataAs(node, weights, 'int8'),
    output: dataAs(node, outputOf(node), 'int8'),
  };
  const { activation } = convOptions(node.options);
  const to = channelRequantization(node, { input, weights, channels: geometry.channels, activation });
  const bias = biasOf(node, { value: node.inputs[2], channels: geometry.channels, type: 'int32' });
  const { zeroPoint } = affineOf(node, input);
  const isConstant = weights.tensor.data !== undefined;
  const patches = geometry.isPointwise ? data.input : new Int8Array(patchRows(geometry) * geometry.depth);

  const refill = () => fillOffsets(to, { bias, weights: data.weights, inputZeroPoint: zeroPoint });
  refill();
  return () => {
    if (!isConstant) refill();
    forEachProduct(geometry, { ...data, patches, padding: zeroPoint }, job => matmulInt8(job, to));
  };
};

const prepareFloat32: Prepare = node => {
  const geometry = convGeometry(node);
  const data = {
    input: dataAs(node, inputOf(node, 0), 'float32'),
    weights: dataAs(node, inputOf(node, 1), 'float32'),
    output: dataAs(node, outputOf(node), 'float32'),
  };
  const bias = biasOf(node, { value: node.inputs[2], channels: geometry.channels, type: 'float32' });
  const [lowest, highest] = floatBounds(node, convOptions(node.options).activation);
  const patches = geometry.isPointwise ? data.input : new Float32Array(patchRows(geometry) * geometry.depth);
  return () =>
    forEachProduct(geometry, { ...data, patches, padding: 0 }, job => matmulFloat32(job, { bias, lowest, highest }));
};

interface ConvGeometry {
  readonly batches: number;
  readonly height: number;
  readonly width: number;
  readonly inputDepth: number;
  readonly filterY: number;
  readonly filterX: number;
  /** Input channels that one output channel sees. */
  readonly filterDepth: number;
  readonly channels: number;
  readonly groups: number;
  /** Elements of one patch: filterY × filterX × filterDepth. */
  readonly depth: number;
  readonly y: WindowAxis;
  readonly x: WindowAxis;
  /** A patch is one input pixel, so the input needs no gathering. */
  readonly isPointwise: boolean;
}

function convGeometry(node: Node): ConvGeometry {
  const [batches, height, width, inputDepth] = shapeOfRank(node, inputOf(node, 0), 4);
  const [channels, filterY, filterX, filterDepth] = shapeOfRank(node, inputOf(node, 1), 4);
  const options = convOptions(node.options);
  const same = isSame(node, options.padding);
  const y = windowAxis(node, {
    input: height,
    filter: filterY,
    stride: options.strideY,
    dilation: options.dilationY,
    same,
  });
  const x = windowAxis(node, {
    input: width,
    filter: filterX,
    stride: options.strideX,
    dilation: options.dilationX,
    same,
  });
  const groups = inputDepth / filterDepth;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0)
    throw malformed(node, `${inputDepth} input channels, filters of ${filterDepth}, ${channels} output channels`);
  expectShape(node, outputOf(node), [batches, y.outputs, x.outputs, channels]);
  const isPointwise = filterY === 1 && filterX === 1 && groups === 1 && y.stride === 1 && x.stride === 1;
  const depth = filterY * filterX * filterDepth;
  return {
    batches,
    height,
    width,
    inputDepth,
    filterY,
    filterX,
    filterDepth,
    channels,
    groups,
    depth,
    y,
    x,
    isPointwise,
  };
}

/** Patches gathered at a time: one output row, which keeps scratch memory small and the patches in cache. */
function patchRows({ x }: ConvGeometry): number {
  return x.outputs;
}

interface ConvData<T> {
  readonly input: T;
  readonly weights: T;
  readonly output: T;
  readonly patches: T;
  /** What stands for a real 0 outside of the input. */
  readonly padding: number;
}

function forEachProduct<T extends Int8Array | Float32Array>(
  geometry: ConvGeometry,
  data: ConvData<T>,
  multiply: (job: Matmul<T>) => void,
): void {
  const { batches, channels, groups, depth, y, x } = geometry;
  const job = { left: data.patches, right: data.weights, depth, output: data.output, outputStride: channels };
  if (geometry.isPointwise) {
    multiply({ ...job, rows: batches * y.outputs * x.outputs, firstColumn: 0, columns: channels, outputStart: 0 });
    return;
  }
  const columns = channels / groups;
  for (let row = 0; row < batches * y.outputs; row++)
    for (let group = 0; group < groups; group++) {
      gatherRow(geometry, data, { row, group });
      const outputStart = row * x.outputs * channels + group * columns;
      multiply({ ...job, rows: x.outputs, firstColumn: group * columns, columns, outputStart });
    }
}

/** Copies the patches of one output row (batch × outputs in y, then y) for one group of channels. */
function gatherRow<T extends Int8Array | Float32Array>(
  { height, width, inputDepth, filterY, filterX, filterDepth, y, x }: ConvGeometry,
  { input, patches, padding }: ConvData<T>,
  { row, group }: { readonly row: number; readonly group: number },
): void {
  const batch = Math.floor(row / y.outputs);
  const top = (row % y.outputs) * y.stride - y.before;
  let to = 0;
  for (let outX = 0; outX < x.outputs; outX++)
    for (let fy = 0; fy < filterY; fy++) {
      const inY = top + fy * y.dilation;
      const isRowInside = inY >= 0 && inY < height;
      for (let fx = 0; fx < filterX; fx++, to += filterDepth) {
        const inX = outX * x.stride - x.before + fx * x.dilation;
        if (!isRowInside || inX < 0 || inX >= width) {
          patches.fill(padding, to, to + filterDepth);
          continue;
        }
        const from = ((batch * height + inY) * width + inX) * inputDepth + group * filterDepth;
        for (let d = 0; d < filterDepth; d++) patches[to + d] = input[from + d];
      }
    }
}
