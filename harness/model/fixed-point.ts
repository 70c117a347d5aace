/**
 * gemmlowp's fixed-point arithmetic as TFLM's reference kernels use it (double rounding, the default there).
 * All values are int32 unless said; products are exact, in parts that int32 holds, without BigInt.
 * Sources: gemmlowp fixedpoint.h, tflite-micro kernels/internal/common.cc and quantization_util.cc.
 */

export const int32Max = 2147483647;
const int32Min = -2147483648;

/** A positive real factor as mantissa × 2^(shift − 31), the mantissa in [2^30, 2^31) or 0. */
export interface Multiplier {
  readonly mantissa: number;
  readonly shift: number;
}

/** Splits a finite factor; magnitudes below 2^-32 become 0. quantization_util.cc: QuantizeMultiplier. */
export function quantizeMultiplier(real: number): Multiplier {
  if (real === 0) return { mantissa: 0, shift: 0 };
  const { fraction, exponent } = splitExponent(real);
  const rounded = roundHalfAway(fraction * 2 ** 31);
  const overflows = Math.abs(rounded) === 2 ** 31;
  const shift = overflows ? exponent + 1 : exponent;
  return shift < -31 ? { mantissa: 0, shift: 0 } : { mantissa: overflows ? rounded / 2 : rounded, shift };
}

/** Rounds to nearest, halves away from zero, as C's round(). */
export function roundHalfAway(value: number): number {
  const floor = Math.floor(Math.abs(value));
  const magnitude = Math.abs(value) - floor >= 0.5 ? floor + 1 : floor;
  return value < 0 ? -magnitude : magnitude;
}

/** x × mantissa × 2^(shift − 31), rounded twice. common.cc: MultiplyByQuantizedMultiplier, TFLITE_SINGLE_ROUNDING 0. */
export function multiplyByQuantizedMultiplier(x: number, mantissa: number, shift: number): number {
  return shift > 0 ? doublingHighMul(x << shift, mantissa) : divideByPowerOfTwo(doublingHighMul(x, mantissa), -shift);
}

/** a × b / 2^31, rounded to nearest. fixedpoint.h: SaturatingRoundingDoublingHighMul. */
export function doublingHighMul(a: number, b: number): number {
  if (a === int32Min && b === int32Min) return int32Max;
  // Long multiplication with 16-bit digits, so that int32 holds every part; floor((ab + 2^30) / 2^31) equals gemmlowp's
  // nudge for either sign, and the lowest 16 bits of the product cannot carry into it.
  const aHigh = a >> 16;
  const aLow = a & 0xffff;
  const bHigh = b >> 16;
  const bLow = b & 0xffff;
  const middle1 = Math.imul(aHigh, bLow);
  const middle2 = Math.imul(aLow, bHigh);
  const high = Math.imul(aHigh, bHigh) + (middle1 >> 16) + (middle2 >> 16);
  const low = (Math.imul(aLow, bLow) >>> 16) + (middle1 & 0xffff) + (middle2 & 0xffff);
  return (2 * high + ((low + 0x4000) >> 15)) | 0;
}

/** x / 2^exponent, rounded to nearest, halves away from zero; exponent 0..31. fixedpoint.h: RoundingDivideByPOT. */
export function divideByPowerOfTwo(x: number, exponent: number): number {
  const mask = exponent === 31 ? int32Max : (1 << exponent) - 1;
  const threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

/** x × 2^exponent, saturating; exponent 0..31. fixedpoint.h: SaturatingRoundingMultiplyByPOT. */
export function saturatingShiftLeft(x: number, exponent: number): number {
  return Math.min(int32Max, Math.max(int32Min, x * 2 ** exponent));
}

/** exp(x) in Q0.31 for x ≤ 0 with `integerBits` (0..5) integer bits. fixedpoint.h: exp_on_negative_values. */
export function expOfNegative(x: number, integerBits: number): number {
  if (x === 0) return int32Max;
  const fractionBits = 31 - integerBits;
  const quarter = 1 << (fractionBits - 2);
  const modulo = (x & (quarter - 1)) - quarter;
  const remainder = modulo - x;
  let result = expOfQuarter(saturatingShiftLeft(modulo, integerBits));
  for (const [index, factor] of expOfPowers.entries()) {
    const exponent = index - 2;
    if (integerBits > exponent && remainder & (1 << (fractionBits + exponent)))
      result = doublingHighMul(result, factor);
  }
  return result;
}

/** exp(−2^e) in Q0.31 for e = −2..4. */
const expOfPowers = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242];

/** exp(x) for x in [−1/4, 0), Q0.31: a Taylor series around −1/8. */
function expOfQuarter(x: number): number {
  const oneThird = 715827883;
  const expOfMinusEighth = 1895147668;
  const centred = (x + (1 << 28)) | 0;
  const square = doublingHighMul(centred, centred);
  const cube = doublingHighMul(square, centred);
  const fourthOverFour = divideByPowerOfTwo(doublingHighMul(square, square), 2);
  const tail = divideByPowerOfTwo(doublingHighMul(fourthOverFour + cube, oneThird) + square, 1);
  return (expOfMinusEighth + doublingHighMul(expOfMinusEighth, centred + tail)) | 0;
}

/** 1 / (1 + x) in Q0.31 for x in [0, 1), Q0.31. fixedpoint.h: one_over_one_plus_x_for_x_in_0_1. */
export function oneOverOnePlus(x: number): number {
  return saturatingShiftLeft(reciprocalOfHalf(x), 1);
}

/** (1 − x) / (1 + x) in Q0.31 for x in [0, 1), Q0.31. fixedpoint.h: one_minus_x_over_one_plus_x_for_x_in_0_1. */
export function oneMinusOverOnePlus(x: number): number {
  return saturatingShiftLeft((reciprocalOfHalf(x) - (1 << 29)) | 0, 2);
}

/** 2 / (1 + x) in Q2.29 by three Newton–Raphson steps from 48/17 − 32/17 d, d = (1 + x) / 2. */
function reciprocalOfHalf(x: number): number {
  const half = Math.floor((x + int32Max + 1) / 2);
  let estimate = (1515870810 + doublingHighMul(half, -1010580540)) | 0;
  for (let step = 0; step < 3; step++) {
    const error = ((1 << 29) - doublingHighMul(half, estimate)) | 0;
    estimate = (estimate + saturatingShiftLeft(doublingHighMul(estimate, error), 2)) | 0;
  }
  return estimate;
}

/** 1 / (1 + exp(−x)) in Q0.31 for x in Q4.27. fixedpoint.h: logistic. */
export function logistic(x: number): number {
  if (x === 0) return 1 << 30;
  const positive = oneOverOnePlus(expOfNegative(-Math.abs(x), 4));
  return x > 0 ? positive : int32Max - positive;
}

/** tanh(x) in Q0.31 for x in Q4.27. fixedpoint.h: tanh. */
export function tanh(x: number): number {
  if (x === 0) return 0;
  // The same raw value with one integer bit more is 2x.
  const positive = oneMinusOverOnePlus(expOfNegative(-Math.abs(x), 5));
  return x > 0 ? positive : -positive;
}

/** Largest |x| that `x << shift` still holds in Q(integerBits).(31 − integerBits). quantization_util.cc: CalculateInputRadius. */
export function inputRadius(integerBits: number, shift: number): number {
  return Math.floor(((2 ** integerBits - 1) * 2 ** (31 - integerBits)) / 2 ** shift);
}

/** value = fraction × 2^exponent with |fraction| in [1/2, 1), as C's frexp; for finite values other than 0. */
function splitExponent(value: number): { readonly fraction: number; readonly exponent: number } {
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(value))) + 1);
  let fraction = value / 2 ** exponent;
  // log2 rounds, so near powers of two the first guess is off by one; subnormals need more steps.
  for (; Math.abs(fraction) >= 1; fraction /= 2) exponent++;
  for (; Math.abs(fraction) < 0.5; fraction *= 2) exponent--;
  return { fraction, exponent };
}
