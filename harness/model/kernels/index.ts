import { prepareConv } from './conv.ts';
import { prepareDepthwise } from './depthwise.ts';
import { prepareFullyConnected } from './fully-connected.ts';
import { prepareCopy } from './move.ts';
import type { Prepare } from './node.ts';
import { prepareAveragePool, prepareMaxPool } from './pool.ts';
import { prepareSoftmax } from './softmax.ts';

/** Every operator that is computed here, by its name in schema.fbs. */
export const kernels: Readonly<Partial<Record<string, Prepare>>> = {
  AVERAGE_POOL_2D: prepareAveragePool,
  CONV_2D: prepareConv,
  DEPTHWISE_CONV_2D: prepareDepthwise,
  EXPAND_DIMS: prepareCopy,
  FULLY_CONNECTED: prepareFullyConnected,
  MAX_POOL_2D: prepareMaxPool,
  RESHAPE: prepareCopy,
  SOFTMAX: prepareSoftmax,
  SQUEEZE: prepareCopy,
};
