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
import { biasOf, channelRequantization, floatWeights, packedWeights } from './weights.ts';
import { type WindowAxis, windowAxes } from './window.ts';

/**
 * CONV_2D: input [n, h, w, c] and weights [out, fh, fw, c / groups], as a matrix product over gathered patches.
 * TFLM: reference/integer_ops/conv.h, reference/conv.h.
 */
export const prepareConv: Prepare = node =>
  byType(node, inputOf(node, 0), { int8: prepareInt8, float32: prepareFloat32 });

const prepareInt8: Prepare = node => {
  const geometry = convGeometry(node);
  const { channels, groups } = geometry;
  const [input, weights] = [inputOf(node, 0), inputOf(node, 1)];
  const data = { input: dataAs(node, input, 'int8'), output: dataAs(node, outputOf(node), 'int8') };
  const { activation } = convOptions(node.options);
  const to = channelRequantization(node, { input, weights, channels, activation });
  const bias = biasOf(node, { value: node.inputs[2], channels, type: 'int32' });
  const { zeroPoint } = affineOf(node, input);
  const patches = geometry.isPointwise ? data.input : new Int8Array(patchRows(geometry) * geometry.depth);
  const packed = packedWeights(node, { to, bias, inputZeroPoint: zeroPoint, groups });

  return () => {
    const blocks = packed();
    forEachProduct(geometry, { ...data, patches, padding: zeroPoint }, (job, group) =>
      matmulInt8(job, blocks[group], to),
    );
  };
};

const prepareFloat32: Prepare = node => {
  const geometry = convGeometry(node);
  const data = { input: dataAs(node, inputOf(node, 0), 'float32'), output: dataAs(node, outputOf(node), 'float32') };
  const weights = floatWeights(node, 1);
  const bias = biasOf(node, { value: node.inputs[2], channels: geometry.channels, type: 'float32' });
  const [lowest, highest] = floatBounds(node, convOptions(node.options).activation);
  const patches = geometry.isPointwise ? data.input : new Float32Array(patchRows(geometry) * geometry.depth);
  return () =>
    forEachProduct(geometry, { ...data, patches, padding: 0 }, job =>
      matmulFloat32(job, { weights, bias, lowest, highest }),
    );
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
  const { y, x } = windowAxes(node, { height, width, filterY, filterX }, convOptions(node.options));
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

/** Patches gathered at a time: enough for long products, few enough to stay in cache. */
function patchRows({ batches, y, x, depth }: ConvGeometry): number {
  return Math.min(batches * y.outputs * x.outputs, Math.ceil(16384 / Math.max(1, depth)));
}

interface ConvData<T> {
  readonly input: T;
  readonly output: T;
  /** Room for patchRows patches, or the input itself when it needs no gathering. */
  readonly patches: T;
  /** What stands for a real 0 outside of the input. */
  readonly padding: number;
}

function forEachProduct<T extends Int8Array | Float32Array>(
  geometry: ConvGeometry,
  data: ConvData<T>,
  multiply: (job: Matmul<T>, group: number) => void,
): void {
  const { batches, channels, groups, depth, y, x } = geometry;
  const { patches, output } = data;
  const columns = channels / groups;
  const positions = batches * y.outputs * x.outputs;
  const step = geometry.isPointwise ? positions : patchRows(geometry);
  for (let first = 0; first < positions; first += step)
    for (let group = 0; group < groups; group++) {
      const rows = Math.min(step, positions - first);
      if (!geometry.isPointwise) gatherPatches(geometry, data, { first, rows, group });
      const firstColumn = group * columns;
      const outputStart = first * channels + firstColumn;
      const job = { left: patches, rows, firstColumn, columns, depth, output, outputStart, outputStride: channels };
      multiply(job, group);
    }
}

/** Copies what `rows` output pixels see of one group of channels, side by side. */
function gatherPatches<T extends Int8Array | Float32Array>(
  { height, width, inputDepth, filterY, filterX, filterDepth, y, x }: ConvGeometry,
  { input, patches, padding }: ConvData<T>,
  { first, rows, group }: { readonly first: number; readonly rows: number; readonly group: number },
): void {
  let to = 0;
  for (let position = first; position < first + rows; position++) {
    const row = Math.floor(position / x.outputs);
    const batch = Math.floor(row / y.outputs);
    const top = (row % y.outputs) * y.stride - y.before;
    const left = (position % x.outputs) * x.stride - x.before;
    for (let fy = 0; fy < filterY; fy++) {
      const inY = top + fy * y.dilation;
      const isRowInside = inY >= 0 && inY < height;
      for (let fx = 0; fx < filterX; fx++) {
        const inX = left + fx * x.dilation;
        const isInside = isRowInside && inX >= 0 && inX < width;
        const from = ((batch * height + inY) * width + inX) * inputDepth + group * filterDepth;
        for (let d = 0; d < filterDepth; d++) patches[to++] = isInside ? input[from + d] : padding;
      }
    }
  }
}
