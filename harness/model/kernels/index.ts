import { prepareAdd, prepareMaximum, prepareMinimum, prepareMul, preparePrelu, prepareSub } from './arithmetic.ts';
import { prepareConv } from './conv.ts';
import { prepareDepthwise } from './depthwise.ts';
import { prepareFullyConnected } from './fully-connected.ts';
import { prepareConcatenation, preparePack, prepareShape, prepareSplit } from './join.ts';
import {
  prepareElu,
  prepareHardSwish,
  prepareLeakyRelu,
  prepareLogistic,
  prepareRelu,
  prepareRelu6,
  prepareTanh,
} from './lookup.ts';
import { prepareCopy } from './move.ts';
import type { Prepare } from './node.ts';
import { prepareAveragePool, prepareMaxPool } from './pool.ts';
import { prepareBatchToSpace, preparePad, preparePadV2, prepareSpaceToBatch, prepareTranspose } from './rearrange.ts';
import { prepareArgMax, prepareArgMin, prepareMean, prepareReduceMax, prepareReduceMin, prepareSum } from './reduce.ts';
import { prepareDequantize, prepareQuantize } from './requantize.ts';
import { prepareResizeBilinear, prepareResizeNearest } from './resize.ts';
import { prepareSlice, prepareStridedSlice } from './slice.ts';
import { prepareSoftmax } from './softmax.ts';
import { prepareSvdf } from './svdf.ts';
import { prepareTransposeConv } from './transpose-conv.ts';

/** Every operator that is computed here, by its name in schema.fbs. */
export const kernels: Readonly<Partial<Record<string, Prepare>>> = {
  ADD: prepareAdd,
  ARG_MAX: prepareArgMax,
  ARG_MIN: prepareArgMin,
  AVERAGE_POOL_2D: prepareAveragePool,
  BATCH_TO_SPACE_ND: prepareBatchToSpace,
  CONCATENATION: prepareConcatenation,
  CONV_2D: prepareConv,
  DEPTHWISE_CONV_2D: prepareDepthwise,
  DEQUANTIZE: prepareDequantize,
  ELU: prepareElu,
  EXPAND_DIMS: prepareCopy,
  FULLY_CONNECTED: prepareFullyConnected,
  HARD_SWISH: prepareHardSwish,
  LEAKY_RELU: prepareLeakyRelu,
  LOGISTIC: prepareLogistic,
  MAXIMUM: prepareMaximum,
  MAX_POOL_2D: prepareMaxPool,
  MEAN: prepareMean,
  MINIMUM: prepareMinimum,
  MUL: prepareMul,
  PACK: preparePack,
  PAD: preparePad,
  PADV2: preparePadV2,
  PRELU: preparePrelu,
  QUANTIZE: prepareQuantize,
  REDUCE_MAX: prepareReduceMax,
  REDUCE_MIN: prepareReduceMin,
  RELU6: prepareRelu6,
  RELU: prepareRelu,
  RESHAPE: prepareCopy,
  RESIZE_BILINEAR: prepareResizeBilinear,
  RESIZE_NEAREST_NEIGHBOR: prepareResizeNearest,
  SHAPE: prepareShape,
  SLICE: prepareSlice,
  SOFTMAX: prepareSoftmax,
  SPACE_TO_BATCH_ND: prepareSpaceToBatch,
  SPLIT: prepareSplit,
  SQUEEZE: prepareCopy,
  STRIDED_SLICE: prepareStridedSlice,
  SUB: prepareSub,
  SUM: prepareSum,
  SVDF: prepareSvdf,
  TANH: prepareTanh,
  TRANSPOSE: prepareTranspose,
  TRANSPOSE_CONV: prepareTransposeConv,
};
