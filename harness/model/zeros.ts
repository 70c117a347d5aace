import { elementCount, type Tensor } from './tflite.ts';

/** How many weights there are, and how many of them are real zeros: what pruning left. */
export interface WeightCount {
  readonly weightElements: number;
  readonly zeroWeights: number;
}

/** Counts the weights among constants: those of rank 2 and more that are no indexes, so neither biases nor shapes. */
export function countWeights(constants: readonly Tensor[]): WeightCount {
  const weights = constants.filter(isWeight);
  return {
    weightElements: weights.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    zeroWeights: weights.reduce((sum, tensor) => sum + zeroElements(tensor), 0),
  };
}

function isWeight({ data, shape, type }: Tensor): boolean {
  return data !== undefined && shape.length >= 2 && type !== 'int32' && type !== 'int64' && type !== 'bool';
}

function zeroElements({ data, shape, type, isSparse, quantization }: Tensor): number {
  const size = (data?.length ?? 0) / elementCount(shape);
  // Sub-byte and sparse elements cannot be told apart by bytes.
  if (!data || isSparse || !Number.isInteger(size) || size < 1) return 0;
  const zero = size === 1 ? (quantization?.zeroPoints[0] ?? 0) & 0xff : 0;
  // A float's sign is the top bit of its last byte, and −0 is a zero, too.
  const lastMask = type.startsWith('float') ? 0x7f : 0xff;
  let zeros = 0;
  for (let at = 0; at < data.length; at += size) {
    let isZero = (data[at + size - 1] & lastMask) === zero;
    for (let byte = 0; isZero && byte < size - 1; byte++) isZero = data[at + byte] === 0;
    if (isZero) zeros++;
  }
  return zeros;
}
