import { expect, test } from 'vitest';
import {
  divideByPowerOfTwo,
  doublingHighMul,
  expOfNegative,
  inputRadius,
  int32Max,
  logistic,
  multiplyByQuantizedMultiplier,
  oneMinusOverOnePlus,
  oneOverOnePlus,
  quantizeMultiplier,
  roundHalfAway,
  saturatingShiftLeft,
  tanh,
} from './fixed-point.ts';

const int32Min = -2147483648;
const edges = [0, 1, -1, 2, -2, 32767, 32768, -32768, 65535, 65536, 1 << 30, -(1 << 30), int32Max, int32Min];
const samples = [...edges, ...randomInts(100)];

test('doublingHighMul equals gemmlowp written out in 64 bits', () => {
  for (const a of samples)
    for (const b of samples) expect(doublingHighMul(a, b), `${a} × ${b}`).toBe(highMulIn64(a, b));
});

test('divideByPowerOfTwo rounds halves away from zero for every exponent', () => {
  const pairs = samples.flatMap(x => Array.from({ length: 32 }, (_, exponent) => [x, exponent] as const));
  const wrong = pairs.filter(([x, exponent]) => divideByPowerOfTwo(x, exponent) !== roundHalfAway(x / 2 ** exponent));
  expect(wrong).toEqual([]);
});

test('multiplyByQuantizedMultiplier rounds twice, which single rounding would not', () => {
  // 3 × 0.5 = 1.5 becomes 2 in the first rounding, and 2 / 4 = 0.5 becomes 1 in the second; 0.375 rounds to 0.
  expect(multiplyByQuantizedMultiplier(3, 1 << 30, -2)).toBe(1);
  expect(multiplyByQuantizedMultiplier(-3, 1 << 30, -2)).toBe(0);
  expect(multiplyByQuantizedMultiplier(100, 1 << 30, 3)).toBe(400);
});

test('quantizeMultiplier splits factors and flushes the tiny ones', () => {
  expect(quantizeMultiplier(0)).toEqual({ mantissa: 0, shift: 0 });
  expect(quantizeMultiplier(1)).toEqual({ mantissa: 1 << 30, shift: 1 });
  expect(quantizeMultiplier(0.75)).toEqual({ mantissa: 1610612736, shift: 0 });
  expect(quantizeMultiplier(-0.75)).toEqual({ mantissa: -1610612736, shift: 0 });
  expect(quantizeMultiplier(1 - 2 ** -40)).toEqual({ mantissa: 1 << 30, shift: 1 });
  expect(quantizeMultiplier(2 ** -32)).toEqual({ mantissa: 1 << 30, shift: -31 });
  expect(quantizeMultiplier(2 ** -33)).toEqual({ mantissa: 0, shift: 0 });
  expect(quantizeMultiplier(2 ** -300)).toEqual({ mantissa: 0, shift: 0 });
});

test('quantizeMultiplier is within half of its last bit', () => {
  for (const sample of randomInts(500)) {
    const real = Math.abs(sample) / 2 ** 20 + 1e-6;
    const { mantissa, shift } = quantizeMultiplier(real);
    expect(Math.abs(mantissa * 2 ** (shift - 31) - real) / real).toBeLessThanOrEqual(2 ** -31);
  }
});

test('saturatingShiftLeft stops at the ends of int32', () => {
  expect(saturatingShiftLeft(1 << 29, 1)).toBe(1 << 30);
  expect(saturatingShiftLeft(1 << 30, 1)).toBe(int32Max);
  expect(saturatingShiftLeft(-(1 << 30) - 1, 1)).toBe(int32Min);
});

test('roundHalfAway rounds as C does, next to a half as well', () => {
  expect([0.5, -0.5, 1.5, 2.5, -2.5, 0.49999999999999994].map(roundHalfAway)).toEqual([1, -1, 2, 3, -3, 0]);
});

test('exp, 1/(1+x), (1−x)/(1+x), logistic and tanh are close to the real functions', () => {
  for (let step = 1; step < 400; step++) {
    const x = (16 * step) / 400;
    expect(expOfNegative(Math.round(-x * 2 ** 26), 5) / 2 ** 31).toBeCloseTo(Math.exp(-x), 6);
    expect(logistic(Math.round((x - 8) * 2 ** 27)) / 2 ** 31).toBeCloseTo(1 / (1 + Math.exp(8 - x)), 6);
    expect(tanh(Math.round((x - 8) * 2 ** 27)) / 2 ** 31).toBeCloseTo(Math.tanh(x - 8), 6);
    const y = step / 400;
    expect(oneOverOnePlus(Math.round(y * 2 ** 31)) / 2 ** 31).toBeCloseTo(1 / (1 + y), 6);
    expect(oneMinusOverOnePlus(Math.round(y * 2 ** 31)) / 2 ** 31).toBeCloseTo((1 - y) / (1 + y), 6);
  }
});

test('the functions are exact at zero', () => {
  expect([expOfNegative(0, 5), logistic(0), tanh(0)]).toEqual([int32Max, 1 << 30, 0]);
});

test('inputRadius is the largest difference of codes that still fits', () => {
  expect(inputRadius(5, 20)).toBe(1984);
  expect(inputRadius(4, 27)).toBe(15);
});

function highMulIn64(a: number, b: number): number {
  if (a === int32Min && b === int32Min) return int32Max;
  const product = BigInt(a) * BigInt(b);
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n);
  return Number((product + nudge) / (1n << 31n));
}

function randomInts(count: number): number[] {
  let seed = 1;
  return Array.from({ length: count }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    return seed;
  });
}
