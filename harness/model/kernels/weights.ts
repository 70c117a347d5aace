import { int8Bounds } from './fused-activation.ts';
import { packColumns, type Requantization } from './matmul.ts';
import {
  affineOf,
  channelScales,
  dataAs,
  inputOf,
  malformed,
  multiplierOf,
  type Node,
  outputOf,
  unsupported,
  type Value,
} from './node.ts';
import { dequantizer } from './requantize.ts';

/** The constant bias of each output channel, zeros where it is left out. */
export function biasOf<T extends 'int32' | 'float32'>(
  node: Node,
  { value, channels, type }: { readonly value: Value | undefined; readonly channels: number; readonly type: T },
): T extends 'int32' ? Int32Array : Float32Array;
export function biasOf(
  node: Node,
  {
    value,
    channels,
    type,
  }: {
    readonly value: Value | undefined;
    readonly channels: number;
    readonly type: 'int32' | 'float32';
  },
): Int32Array | Float32Array {
  if (!value) return type === 'int32' ? new Int32Array(channels) : new Float32Array(channels);
  if (!value.tensor.data) throw unsupported(node, 'a computed bias');
  if (value.data.length !== channels) throw malformed(node, `${value.data.length} biases for ${channels} channels`);
  return dataAs(node, value, type);
}

/**
 * float32 weights. Constant int8 ones, which converters write into "float" models to save space, are dequantized once:
 * such a hybrid model computes in float32 here. TFLM refuses it, so there is no firmware that it could disagree with.
 */
export function floatWeights(node: Node, index: number): Float32Array {
  const value = inputOf(node, index);
  if (value.tensor.type !== 'int8' || !value.tensor.data) return dataAs(node, value, 'float32');
  const weights = new Float32Array(value.data.length);
  dequantizer(node, value)(weights);
  return weights;
}

/**
 * Rescaling of sums over int8 weights, by channel, offsets still zero.
 * TFLM kernel_util.cc: PopulateConvolutionQuantizationParams.
 */
export function channelRequantization(
  node: Node,
  {
    input,
    weights,
    channels,
    activation,
  }: {
    readonly input: Value;
    readonly weights: Value;
    readonly channels: number;
    readonly activation: number;
  },
): Requantization {
  const inputScale = affineOf(node, input).scale;
  const to = affineOf(node, outputOf(node));
  const factors = channelScales(node, weights, channels).map(scale => (inputScale * scale) / to.scale);
  return requantization(node, { factors, activation });
}

/** Rescaling by one real factor for each channel, offsets still zero. */
export function requantization(
  node: Node,
  { factors, activation }: { readonly factors: readonly number[]; readonly activation: number },
): Requantization {
  const multipliers = factors.map(factor => multiplierOf(node, factor));
  const to = affineOf(node, outputOf(node));
  const [lowest, highest] = int8Bounds(node, activation, to);
  return {
    offsets: new Int32Array(factors.length),
    mantissas: Int32Array.from(multipliers, multiplier => multiplier.mantissa),
    shifts: Int32Array.from(multipliers, multiplier => multiplier.shift),
    zeroPoint: to.zeroPoint,
    lowest,
    highest,
  };
}

/**
 * Int8 weights [channels, depth] packed for matmulInt8, one block for each group of channels, with their offsets filled.
 * Constant weights are packed once; weights that another operator computes, before each run.
 */
export function packedWeights(
  node: Node,
  {
    to,
    bias,
    inputZeroPoint,
    groups,
  }: {
    readonly to: Requantization;
    readonly bias: Int32Array;
    readonly inputZeroPoint: number;
    readonly groups: number;
  },
): () => readonly Float64Array[] {
  const value = inputOf(node, 1);
  const weights = dataAs(node, value, 'int8');
  const columns = bias.length / groups;
  const depth = weights.length / bias.length;
  const pack = () => {
    fillOffsets(to, { bias, weights, inputZeroPoint });
    return Array.from({ length: groups }, (_, group) =>
      packColumns(weights, { firstColumn: group * columns, columns, depth }),
    );
  };
  const packed = pack();
  return value.tensor.data ? () => packed : pack;
}

/**
 * Fills the offsets with bias − zero point × sum of weights, so that products may use the input's codes as they are:
 * Σ (x − z) w + bias = Σ x w + (bias − z Σ w). Weight rows are `depth` long.
 */
function fillOffsets(
  { offsets }: Requantization,
  {
    bias,
    weights,
    inputZeroPoint,
  }: {
    readonly bias: Int32Array;
    readonly weights: Int8Array;
    readonly inputZeroPoint: number;
  },
): void {
  const depth = weights.length / offsets.length;
  for (let channel = 0; channel < offsets.length; channel++) {
    let sum = 0;
    for (let d = 0; d < depth; d++) sum += weights[channel * depth + d];
    offsets[channel] = bias[channel] - inputZeroPoint * sum;
  }
}
