import { depthwiseOptions } from '../options.ts';
import { shapeText } from '../tflite.ts';
import { floatBounds } from './fused-activation.ts';
import { type Requantization, requantize } from './matmul.ts';
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
import { biasOf, channelRequantization, floatWeights } from './weights.ts';
import { type WindowAxis, windowAxes } from './window.ts';

/**
 * DEPTHWISE_CONV_2D: input [n, h, w, c], weights [1, fh, fw, c × multiplier].
 * TFLM: reference/integer_ops/depthwise_conv.h, reference/depthwiseconv_float.h.
 */
export const prepareDepthwise: Prepare = node =>
  byType(node, inputOf(node, 0), { int8: prepareInt8, float32: prepareFloat32 });

const prepareInt8: Prepare = node => {
  const geometry = depthwiseGeometry(node);
  const { channels } = geometry;
  const [input, weights] = [inputOf(node, 0), inputOf(node, 1)];
  const [codes, filter] = [dataAs(node, input, 'int8'), dataAs(node, weights, 'int8')];
  const output = dataAs(node, outputOf(node), 'int8');
  const { activation } = depthwiseOptions(node.options);
  const to = channelRequantization(node, { input, weights, channels, activation });
  const { zeroPoint } = affineOf(node, input);
  to.offsets.set(biasOf(node, { value: node.inputs[2], channels, type: 'int32' }));
  const step = geometry.multiplier === 1 ? 4 : 1;

  return () =>
    forEachPosition(geometry, (taps, outputStart) => {
      const position = { codes, filter, zeroPoint, taps, output, outputStart, to };
      const whole = channels - (channels % step);
      if (step === 4) fourChannels(position, whole);
      for (let c = step === 4 ? whole : 0; c < channels; c++)
        oneChannel(position, { channel: c, inputChannel: Math.floor(c / geometry.multiplier) });
    });
};

const prepareFloat32: Prepare = node => {
  const geometry = depthwiseGeometry(node);
  const { channels, multiplier } = geometry;
  const input = dataAs(node, inputOf(node, 0), 'float32');
  const filter = floatWeights(node, 1);
  const output = dataAs(node, outputOf(node), 'float32');
  const bias = biasOf(node, { value: node.inputs[2], channels, type: 'float32' });
  const [lowest, highest] = floatBounds(node, depthwiseOptions(node.options).activation);

  return () =>
    forEachPosition(geometry, ({ count, inputStarts, filterStarts }, outputStart) => {
      for (let c = 0; c < channels; c++) {
        const inputChannel = Math.floor(c / multiplier);
        let sum = bias[c];
        for (let tap = 0; tap < count; tap++)
          sum += input[inputStarts[tap] + inputChannel] * filter[filterStarts[tap] + c];
        output[outputStart + c] = Math.min(highest, Math.max(lowest, sum));
      }
    });
};

/** The filter positions that lie inside of the input, as indexes of their first channel. */
interface Taps {
  count: number;
  readonly inputStarts: Int32Array;
  readonly filterStarts: Int32Array;
}

/** One output pixel. */
interface Position {
  readonly codes: Int8Array;
  readonly filter: Int8Array;
  readonly zeroPoint: number;
  readonly taps: Taps;
  readonly output: Int8Array;
  readonly outputStart: number;
  readonly to: Requantization;
}

/** Channels 0 to `whole`, four at a time so that their sums stay in registers; one output for each input channel. */
function fourChannels({ codes, filter, zeroPoint, taps, output, outputStart, to }: Position, whole: number): void {
  const { count, inputStarts, filterStarts } = taps;
  for (let c = 0; c < whole; c += 4) {
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let tap = 0; tap < count; tap++) {
      const x = inputStarts[tap] + c;
      const w = filterStarts[tap] + c;
      sum0 = (sum0 + Math.imul(codes[x] - zeroPoint, filter[w])) | 0;
      sum1 = (sum1 + Math.imul(codes[x + 1] - zeroPoint, filter[w + 1])) | 0;
      sum2 = (sum2 + Math.imul(codes[x + 2] - zeroPoint, filter[w + 2])) | 0;
      sum3 = (sum3 + Math.imul(codes[x + 3] - zeroPoint, filter[w + 3])) | 0;
    }
    output[outputStart + c] = requantize(sum0, c, to);
    output[outputStart + c + 1] = requantize(sum1, c + 1, to);
    output[outputStart + c + 2] = requantize(sum2, c + 2, to);
    output[outputStart + c + 3] = requantize(sum3, c + 3, to);
  }
}

function oneChannel(
  { codes, filter, zeroPoint, taps, output, outputStart, to }: Position,
  { channel, inputChannel }: { readonly channel: number; readonly inputChannel: number },
): void {
  let sum = 0;
  for (let tap = 0; tap < taps.count; tap++) {
    const x = codes[taps.inputStarts[tap] + inputChannel] - zeroPoint;
    sum = (sum + Math.imul(x, filter[taps.filterStarts[tap] + channel])) | 0;
  }
  output[outputStart + channel] = requantize(sum, channel, to);
}

interface DepthwiseGeometry {
  readonly batches: number;
  readonly height: number;
  readonly width: number;
  readonly inputDepth: number;
  readonly filterY: number;
  readonly filterX: number;
  readonly channels: number;
  /** Output channels of each input channel. */
  readonly multiplier: number;
  readonly y: WindowAxis;
  readonly x: WindowAxis;
}

function depthwiseGeometry(node: Node): DepthwiseGeometry {
  const [batches, height, width, inputDepth] = shapeOfRank(node, inputOf(node, 0), 4);
  const [one, filterY, filterX, channels] = shapeOfRank(node, inputOf(node, 1), 4);
  const { y, x } = windowAxes(node, { height, width, filterY, filterX }, depthwiseOptions(node.options));
  const multiplier = channels / inputDepth;
  if (one !== 1 || !Number.isInteger(multiplier) || multiplier < 1)
    throw malformed(node, `${inputDepth} input channels, weights ${shapeText(inputOf(node, 1).tensor.shape)}`);
  expectShape(node, outputOf(node), [batches, y.outputs, x.outputs, channels]);
  return { batches, height, width, inputDepth, filterY, filterX, channels, multiplier, y, x };
}

/** Calls `visit` for each output pixel in order; the taps are the same object each time. */
function forEachPosition(geometry: DepthwiseGeometry, visit: (taps: Taps, outputStart: number) => void): void {
  const { batches, height, width, inputDepth, filterY, filterX, channels, y, x } = geometry;
  const size = filterY * filterX;
  const taps: Taps = { count: 0, inputStarts: new Int32Array(size), filterStarts: new Int32Array(size) };
  for (let position = 0; position < batches * y.outputs * x.outputs; position++) {
    const row = Math.floor(position / x.outputs);
    const batch = Math.floor(row / y.outputs);
    const top = (row % y.outputs) * y.stride - y.before;
    const left = (position % x.outputs) * x.stride - x.before;
    taps.count = 0;
    for (let fy = 0; fy < filterY; fy++) {
      const inY = top + fy * y.dilation;
      if (inY < 0 || inY >= height) continue;
      for (let fx = 0; fx < filterX; fx++) {
        const inX = left + fx * x.dilation;
        if (inX < 0 || inX >= width) continue;
        taps.inputStarts[taps.count] = ((batch * height + inY) * width + inX) * inputDepth;
        taps.filterStarts[taps.count++] = (fy * filterX + fx) * channels;
      }
    }
    visit(taps, position * channels);
  }
}
