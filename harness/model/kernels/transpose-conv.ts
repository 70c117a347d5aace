import { transposeConvOptions } from '../options.ts';
import { floatBounds } from './fused-activation.ts';
import { requantize } from './matmul.ts';
import {
  affineOf,
  byType,
  dataAs,
  inputOf,
  malformed,
  type Node,
  outputOf,
  type Prepare,
  shapeOfRank,
} from './node.ts';
import { biasOf, channelRequantization, floatWeights } from './weights.ts';
import { windowAxes } from './window.ts';

/**
 * TRANSPOSE_CONV: inputs are the output's shape, weights [out, fh, fw, in], the input [n, h, w, in] and a bias.
 * Each input pixel is scattered over the outputs that its filter touches.
 * TFLM: transpose_conv.cc, reference/integer_ops/transpose_conv.h.
 */
export const prepareTransposeConv: Prepare = node =>
  byType(node, inputOf(node, 2), { int8: prepareInt8, float32: prepareFloat32 });

const prepareInt8: Prepare = node => {
  const geometry = transposeGeometry(node);
  const { channels } = geometry;
  const [weights, input] = [inputOf(node, 1), inputOf(node, 2)];
  const [codes, filter] = [dataAs(node, input, 'int8'), dataAs(node, weights, 'int8')];
  const output = dataAs(node, outputOf(node), 'int8');
  const { activation } = transposeConvOptions(node.options);
  const to = channelRequantization(node, { input, weights, channels, activation });
  to.offsets.set(biasOf(node, { value: node.inputs[3], channels, type: 'int32' }));
  const { zeroPoint } = affineOf(node, input);
  const sums = new Int32Array(output.length);
  return () => {
    sums.fill(0);
    scatter(geometry, { input: codes, filter, zeroPoint, sums });
    for (let i = 0; i < output.length; i++) output[i] = requantize(sums[i], i % channels, to);
  };
};

const prepareFloat32: Prepare = node => {
  const geometry = transposeGeometry(node);
  const { channels } = geometry;
  const [filter, input] = [floatWeights(node, 1), dataAs(node, inputOf(node, 2), 'float32')];
  const output = dataAs(node, outputOf(node), 'float32');
  const bias = biasOf(node, { value: node.inputs[3], channels, type: 'float32' });
  const [lowest, highest] = floatBounds(node, transposeConvOptions(node.options).activation);
  const sums = new Float64Array(output.length);
  return () => {
    sums.fill(0);
    scatter(geometry, { input, filter, zeroPoint: 0, sums });
    for (let i = 0; i < output.length; i++)
      output[i] = Math.min(highest, Math.max(lowest, sums[i] + bias[i % channels]));
  };
};

interface TransposeGeometry {
  readonly batches: number;
  readonly height: number;
  readonly width: number;
  readonly depth: number;
  readonly filterY: number;
  readonly filterX: number;
  readonly toHeight: number;
  readonly toWidth: number;
  readonly channels: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly top: number;
  readonly left: number;
}

function transposeGeometry(node: Node): TransposeGeometry {
  const [batches, height, width, depth] = shapeOfRank(node, inputOf(node, 2), 4);
  const [channels, filterY, filterX, filterDepth] = shapeOfRank(node, inputOf(node, 1), 4);
  const [outBatches, toHeight, toWidth, outChannels] = shapeOfRank(node, outputOf(node), 4);
  if (filterDepth !== depth || outChannels !== channels || outBatches !== batches)
    throw malformed(node, `${depth} and ${filterDepth} input channels, ${channels} and ${outChannels} output channels`);
  const options = transposeConvOptions(node.options);
  // Its padding is that of the convolution that would lead back from the output to the input.
  const { y, x } = windowAxes(node, { height: toHeight, width: toWidth, filterY, filterX }, options);
  return {
    batches,
    height,
    width,
    depth,
    filterY,
    filterX,
    toHeight,
    toWidth,
    channels,
    strideY: y.stride,
    strideX: x.stride,
    top: y.before,
    left: x.before,
  };
}

interface Scatter {
  readonly input: Int8Array | Float32Array;
  readonly filter: Int8Array | Float32Array;
  readonly zeroPoint: number;
  /** As large as the output. */
  readonly sums: Int32Array | Float64Array;
}

function scatter(geometry: TransposeGeometry, data: Scatter): void {
  const { batches, height, width, filterY, filterX, toHeight, toWidth, strideY, strideX, top, left } = geometry;
  for (let pixel = 0; pixel < batches * height * width; pixel++) {
    const row = Math.floor(pixel / width);
    const batch = Math.floor(row / height);
    for (let fy = 0; fy < filterY; fy++) {
      const y = (row % height) * strideY - top + fy;
      if (y < 0 || y >= toHeight) continue;
      for (let fx = 0; fx < filterX; fx++) {
        const x = (pixel % width) * strideX - left + fx;
        if (x < 0 || x >= toWidth) continue;
        addPixel(geometry, data, { pixel, tap: fy * filterX + fx, target: (batch * toHeight + y) * toWidth + x });
      }
    }
  }
}

function addPixel(
  { depth, channels, filterY, filterX }: TransposeGeometry,
  { input, filter, zeroPoint, sums }: Scatter,
  { pixel, tap, target }: { readonly pixel: number; readonly tap: number; readonly target: number },
): void {
  for (let channel = 0; channel < channels; channel++) {
    const filterStart = (channel * filterY * filterX + tap) * depth;
    let sum = 0;
    for (let d = 0; d < depth; d++) sum += (input[pixel * depth + d] - zeroPoint) * filter[filterStart + d];
    sums[target * channels + channel] += sum;
  }
}
