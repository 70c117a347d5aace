import { fullyConnectedOptions } from '../options.ts';
import { shapeText } from '../tflite.ts';
import { floatBounds } from './fused-activation.ts';
import { matmulFloat32, matmulInt8 } from './matmul.ts';
import {
  affineOf,
  byType,
  channelScales,
  dataAs,
  inputOf,
  malformed,
  type Node,
  outputOf,
  type Prepare,
  shapeOfRank,
  unsupported,
  type Value,
} from './node.ts';
import { biasOf, channelRequantization, floatWeights, packedWeights, requantization } from './weights.ts';

/**
 * FULLY_CONNECTED: input [..., depth], weights [units, depth], output [..., units].
 * TFLM: fully_connected_common.cc, reference/integer_ops/fully_connected.h.
 */
export const prepareFullyConnected: Prepare = node =>
  byType(node, inputOf(node, 0), { int8: prepareInt8, float32: prepareFloat32 });

const prepareInt8: Prepare = node => {
  const { rows, units, depth } = matrixShape(node);
  const [input, weights] = [inputOf(node, 0), inputOf(node, 1)];
  const [left, output] = [dataAs(node, input, 'int8'), dataAs(node, outputOf(node), 'int8')];
  const to = unitRequantization(node, { input, weights, units });
  const bias = biasOf(node, { value: node.inputs[2], channels: units, type: 'int32' });
  const packed = packedWeights(node, { to, bias, inputZeroPoint: affineOf(node, input).zeroPoint, groups: 1 });
  const job = { left, rows, firstColumn: 0, columns: units, depth, output, outputStart: 0, outputStride: units };
  return () => matmulInt8(job, packed()[0], to);
};

const prepareFloat32: Prepare = node => {
  const { rows, units, depth } = matrixShape(node);
  const [left, output] = [dataAs(node, inputOf(node, 0), 'float32'), dataAs(node, outputOf(node), 'float32')];
  const weights = floatWeights(node, 1);
  const bias = biasOf(node, { value: node.inputs[2], channels: units, type: 'float32' });
  const [lowest, highest] = floatBounds(node, fullyConnectedOptions(node.options).activation);
  const job = { left, rows, firstColumn: 0, columns: units, depth, output, outputStart: 0, outputStride: units };
  return () => matmulFloat32(job, { weights, bias, lowest, highest });
};

function unitRequantization(
  node: Node,
  { input, weights, units }: { readonly input: Value; readonly weights: Value; readonly units: number },
) {
  const { activation } = fullyConnectedOptions(node.options);
  if ((weights.tensor.quantization?.scales.length ?? 0) > 1)
    return channelRequantization(node, { input, weights, channels: units, activation });
  // With one scale for all weights TFLM rounds the product of the scales to float32 before it divides.
  const [weightScale = 0] = channelScales(node, weights, 1);
  const factor = Math.fround(affineOf(node, input).scale * weightScale) / affineOf(node, outputOf(node)).scale;
  return requantization(node, { factors: Array.from({ length: units }, () => factor), activation });
}

function matrixShape(node: Node) {
  const [units, depth] = shapeOfRank(node, inputOf(node, 1), 2);
  const { activation, weightsFormat } = fullyConnectedOptions(node.options);
  floatBounds(node, activation);
  if (weightsFormat !== 0) throw unsupported(node, `weights in format ${weightsFormat}`);
  const rows = inputOf(node, 0).data.length / depth;
  const { data, tensor } = outputOf(node);
  if (!Number.isInteger(rows) || tensor.shape.at(-1) !== units || data.length !== rows * units)
    throw malformed(
      node,
      `${shapeText(inputOf(node, 0).tensor.shape)} × [${units},${depth}] into ${shapeText(tensor.shape)}`,
    );
  return { rows, units, depth };
}
