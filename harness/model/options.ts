import type { OperatorOptions } from './tflite.ts';

/** Conv2DOptions of schema.fbs. */
export function convOptions(options: OperatorOptions) {
  return {
    padding: options.int8(0),
    strideX: options.int32(1),
    strideY: options.int32(2),
    activation: options.int8(3),
    dilationX: options.int32(4, 1),
    dilationY: options.int32(5, 1),
  };
}

/** DepthwiseConv2DOptions; its depth multiplier is left to the shapes. */
export function depthwiseOptions(options: OperatorOptions) {
  return {
    padding: options.int8(0),
    strideX: options.int32(1),
    strideY: options.int32(2),
    activation: options.int8(4),
    dilationX: options.int32(5, 1),
    dilationY: options.int32(6, 1),
  };
}

/** TransposeConvOptions. */
export function transposeConvOptions(options: OperatorOptions) {
  return {
    padding: options.int8(0),
    strideX: options.int32(1),
    strideY: options.int32(2),
    activation: options.int8(3),
  };
}

/** Pool2DOptions. */
export function poolOptions(options: OperatorOptions) {
  return {
    padding: options.int8(0),
    strideX: options.int32(1),
    strideY: options.int32(2),
    filterX: options.int32(3),
    filterY: options.int32(4),
    activation: options.int8(5),
  };
}

/** FullyConnectedOptions; format 0 is a plain row-major matrix. */
export function fullyConnectedOptions(options: OperatorOptions) {
  return { activation: options.int8(0), weightsFormat: options.int8(1) };
}

/** StridedSliceOptions. */
export function stridedSliceOptions(options: OperatorOptions) {
  return {
    beginMask: options.int32(0),
    endMask: options.int32(1),
    ellipsisMask: options.int32(2),
    newAxisMask: options.int32(3),
    shrinkAxisMask: options.int32(4),
    isOffset: options.bool(5),
  };
}

/** SVDFOptions. */
export function svdfOptions(options: OperatorOptions) {
  return { rank: options.int32(0), activation: options.int8(1) };
}

/** LeakyReluOptions. */
export function leakyReluOptions(options: OperatorOptions) {
  return { alpha: options.float32(0) };
}

/** ResizeBilinearOptions (with two deprecated fields in front) and ResizeNearestNeighborOptions. */
export function resizeOptions(options: OperatorOptions, first: 0 | 2) {
  return { alignsCorners: options.bool(first), hasHalfPixelCenters: options.bool(first + 1) };
}
