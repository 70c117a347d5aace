import { int8Bounds } from './fused-activation.ts';
import type { Requantization } from './matmul.ts';
import { affineOf, channelScales, dataAs, malformed, multiplierOf, type Node, outputOf, type Value } from './node.ts';

/** The bias of each output channel, zeros where it is left out. */
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
  if (value.data.length !== channels) throw malformed(node, `${value.data.length} biases for ${channels} channels`);
  return dataAs(node, value, type);
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
 * Fills the offsets with bias − zero point × sum of weights, so that products may use the input's codes as they are:
 * Σ (x − z) w + bias = Σ x w + (bias − z Σ w). Weight rows are `depth` long.
 */
export function fillOffsets(
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
