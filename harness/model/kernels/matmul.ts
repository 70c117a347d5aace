import { divideByPowerOfTwo, doublingHighMul } from '../fixed-point.ts';

/** How int32 sums become int8 codes: bias, rescaling and bounds for each output column. */
export interface Requantization {
  /** Added to each sum first: bias − zero point × sum of weights. int32 [columns] */
  readonly offsets: Int32Array;
  readonly mantissas: Int32Array;
  readonly shifts: Int32Array;
  readonly zeroPoint: number;
  readonly lowest: number;
  readonly highest: number;
}

/** int8 code of one sum of a column. */
export function requantize(sum: number, column: number, to: Requantization): number {
  const shift = to.shifts[column];
  const mantissa = to.mantissas[column];
  const x = (sum + to.offsets[column]) | 0;
  const scaled =
    shift > 0 ? doublingHighMul(x << shift, mantissa) : divideByPowerOfTwo(doublingHighMul(x, mantissa), -shift);
  const code = scaled + to.zeroPoint;
  return code < to.lowest ? to.lowest : code > to.highest ? to.highest : code;
}

/** What a matrix product reads and writes; `left` rows and `right` rows are both `depth` long. */
export interface Matmul<T> {
  readonly left: T;
  readonly rows: number;
  readonly right: T;
  /** Row of `right` where this product starts. */
  readonly firstColumn: number;
  readonly columns: number;
  readonly depth: number;
  readonly output: T;
  /** Index in `output` of the first row and column. */
  readonly outputStart: number;
  /** Distance in `output` between two rows. */
  readonly outputStride: number;
}

/**
 * output[row, column] = requantized Σ left[row, d] × right[column, d].
 * Two rows by four columns at a time: eight sums stay in registers, six loads feed eight products.
 */
export function matmulInt8(job: Matmul<Int8Array>, to: Requantization): void {
  const { left, rows, right, firstColumn, columns, depth, output, outputStart, outputStride } = job;
  const lastColumn = firstColumn + columns - 1;
  for (let row = 0; row < rows; row += 2) {
    const pair = row + 1 < rows ? 1 : 0;
    const start0 = row * depth;
    const start1 = start0 + pair * depth;
    const out0 = outputStart + row * outputStride - firstColumn;
    const out1 = out0 + pair * outputStride;
    // The tail repeats the last row and the last column: writing the same code twice is harmless.
    for (let column = firstColumn; column <= lastColumn; column += 4) {
      const column1 = Math.min(column + 1, lastColumn);
      const column2 = Math.min(column + 2, lastColumn);
      const column3 = Math.min(column + 3, lastColumn);
      let right0 = column * depth;
      let right1 = column1 * depth;
      let right2 = column2 * depth;
      let right3 = column3 * depth;
      let a0 = 0;
      let a1 = 0;
      let a2 = 0;
      let a3 = 0;
      let b0 = 0;
      let b1 = 0;
      let b2 = 0;
      let b3 = 0;
      for (let d = 0; d < depth; d++) {
        const x0 = left[start0 + d];
        const x1 = left[start1 + d];
        const w0 = right[right0++];
        const w1 = right[right1++];
        const w2 = right[right2++];
        const w3 = right[right3++];
        a0 = (a0 + Math.imul(x0, w0)) | 0;
        a1 = (a1 + Math.imul(x0, w1)) | 0;
        a2 = (a2 + Math.imul(x0, w2)) | 0;
        a3 = (a3 + Math.imul(x0, w3)) | 0;
        b0 = (b0 + Math.imul(x1, w0)) | 0;
        b1 = (b1 + Math.imul(x1, w1)) | 0;
        b2 = (b2 + Math.imul(x1, w2)) | 0;
        b3 = (b3 + Math.imul(x1, w3)) | 0;
      }
      output[out0 + column] = requantize(a0, column, to);
      output[out0 + column1] = requantize(a1, column1, to);
      output[out0 + column2] = requantize(a2, column2, to);
      output[out0 + column3] = requantize(a3, column3, to);
      output[out1 + column] = requantize(b0, column, to);
      output[out1 + column1] = requantize(b1, column1, to);
      output[out1 + column2] = requantize(b2, column2, to);
      output[out1 + column3] = requantize(b3, column3, to);
    }
  }
}

/** output[row, column] = clamped bias[column] + Σ left[row, d] × right[column, d], summed in float64. */
export function matmulFloat32(
  job: Matmul<Float32Array>,
  { bias, lowest, highest }: { readonly bias: Float32Array; readonly lowest: number; readonly highest: number },
): void {
  const { left, rows, right, firstColumn, columns, depth, output, outputStart, outputStride } = job;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let sum = bias[firstColumn + column];
      const leftStart = row * depth;
      const rightStart = (firstColumn + column) * depth;
      for (let d = 0; d < depth; d++) sum += left[leftStart + d] * right[rightStart + d];
      output[outputStart + row * outputStride + column] = Math.min(highest, Math.max(lowest, sum));
    }
}
