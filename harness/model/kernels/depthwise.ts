import { depthwiseOptions } from '../options.ts';
import { shapeText } from '../tflite.ts';
import { floatBounds } from './fused-activation.ts';
import { requantize } from './matmul.ts';
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
import { biasOf, channelRequantization } from './weights.ts';
import { isSame, type WindowAxis, windowAxis } from './window.ts';

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
  const sums = new Int32Array(channels);

  return () =>
    forEachPosition(geometry, {
      start: () => sums.fill(0),
      tap(inputStart, filterStart) {
        if (geometry.multiplier === 1) addTap(sums, { codes, inputStart, filter, filterStart, zeroPoint });
        else addWideTap(sums, { codes, inputStart, filter, filterStart, zeroPoint, multiplier: geometry.multiplier });
      },
      end(outputStart) {
        for (let c = 0; c < channels; c++) output[outputStart + c] = requantize(sums[c], c, to);
      },
    });
};

const prepareFloat32: Prepare = node => {
  const geometry = depthwiseGeometry(node);
  const { channels, multiplier } = geometry;
  const input = dataAs(node, inputOf(node, 0), 'float32');
  const filter = dataAs(node, inputOf(node, 1), 'float32');
  const output = dataAs(node, outputOf(node), 'float32');
  const bias = biasOf(node, { value: node.inputs[2], channels, type: 'float32' });
  const [lowest, highest] = floatBounds(node, depthwiseOptions(node.options).activation);
  const sums = new Float64Array(channels);

  return () =>
    forEachPosition(geometry, {
      start: () => sums.set(bias),
      tap(inputStart, filterStart) {
        for (let c = 0; c < channels; c++)
          sums[c] = sums[c] + input[inputStart + Math.floor(c / multiplier)] * filter[filterStart + c];
      },
      end(outputStart) {
        for (let c = 0; c < channels; c++) output[outputStart + c] = Math.min(highest, Math.max(lowest, sums[c]));
      },
    });
};

interface Tap {
  readonly codes: Int8Array;
  readonly inputStart: number;
  readonly filter: Int8Array;
  readonly filterStart: number;
  readonly zeroPoint: number;
}

/** Adds one filter position of every channel; the common case of one output channel for each input channel. */
function addTap(sums: Int32Array, { codes, inputStart, filter, filterStart, zeroPoint }: Tap): void {
  for (let c = 0; c < sums.length; c++) {
    const product = Math.imul(codes[inputStart + c] - zeroPoint, filter[filterStart + c]);
    sums[c] = (sums[c] + product) | 0;
  }
}

function addWideTap(
  sums: Int32Array,
  { codes, inputStart, filter, filterStart, zeroPoint, multiplier }: Tap & { readonly multiplier: number },
): void {
  for (let c = 0; c < sums.length; c++) {
    const x = codes[inputStart + Math.floor(c / multiplier)] - zeroPoint;
    sums[c] = (sums[c] + Math.imul(x, filter[filterStart + c])) | 0;
  }
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
  const options = depthwiseOptions(node.options);
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
  const multiplier = channels / inputDepth;
  if (one !== 1 || !Number.isInteger(multiplier) || multiplier < 1)
    throw malformed(node, `${inputDepth} input channels, weights ${shapeText(inputOf(node, 1).tensor.shape)}`);
  expectShape(node, outputOf(node), [batches, y.outputs, x.outputs, channels]);
  return { batches, height, width, inputDepth, filterY, filterX, channels, multiplier, y, x };
}

interface PositionVisitor {
  start(): void;
  /** Called for each filter position that lies inside of the input. */
  tap(inputStart: number, filterStart: number): void;
  end(outputStart: number): void;
}

function forEachPosition(geometry: DepthwiseGeometry, visitor: PositionVisitor): void {
  const { batches, height, width, inputDepth, filterY, filterX, channels, y, x } = geometry;
  for (let position = 0; position < batches * y.outputs * x.outputs; position++) {
    const row = Math.floor(position / x.outputs);
    const batch = Math.floor(row / y.outputs);
    const top = (row % y.outputs) * y.stride - y.before;
    const left = (position % x.outputs) * x.stride - x.before;
    visitor.start();
    for (let fy = 0; fy < filterY; fy++) {
      const inY = top + fy * y.dilation;
      if (inY < 0 || inY >= height) continue;
      for (let fx = 0; fx < filterX; fx++) {
        const inX = left + fx * x.dilation;
        if (inX < 0 || inX >= width) continue;
        visitor.tap(((batch * height + inY) * width + inX) * inputDepth, (fy * filterX + fx) * channels);
      }
    }
    visitor.end(position * channels);
  }
}
