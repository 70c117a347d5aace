import { expect, test } from 'vitest';
import { aReference } from '../fixtures/recordings.ts';
import type { Budget } from '../suite/suite.ts';
import { compareWithGolden, goldenMetrics, judgeGolden } from './golden.ts';
import { nothingSeen, type Session } from './session.ts';
import type { TensorSpec } from './tensor.ts';

function sessionOf(outputs: readonly Uint8Array[]): Session {
  const inferences = outputs.map((output, vector) => ({ boot: 0, vector, ticks: 1, output }));
  return { ...nothingSeen, end: { status: 'complete' }, vectors: outputs.length, boots: 1, inferences };
}

function spec(type: TensorSpec['type'], elements: number): TensorSpec {
  return { name: type, type, elements, scale: 1, zeroPoint: 0 };
}

function budgetOf(limit: number): Budget {
  return { kind: 'golden', budget: 'golden.maxDiffLsb', relation: '<=', limit, unit: 'LSB', optional: false };
}

function int8(...codes: number[]): Uint8Array {
  return Uint8Array.from(codes);
}

function float32(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

function int8AndInt32(code8: number, code32: number): Uint8Array {
  return Uint8Array.from([0, code8, ...new Uint8Array(Int32Array.of(7, code32).buffer)]);
}

function compare(golden: readonly Uint8Array[], actual: readonly Uint8Array[], outputs: readonly TensorSpec[]) {
  const session = sessionOf(actual);
  const comparison = compareWithGolden(session, aReference({ golden, outputs }));
  return { comparison, judge: (limit: number) => judgeGolden(budgetOf(limit), comparison, session) };
}

test('names the worst element of a vector, the first of equals, and how many differ', () => {
  const { comparison } = compare([int8(0, 10, -12, 5, 0)], [int8(1, 10, -9, 8, 0)], [spec('int8', 5)]);
  expect(comparison?.differences).toEqual([
    { vector: 0, element: 2, expected: -12, actual: -9, diffLsb: 3, differingElements: 3 },
  ]);
});

test('the whole range of int8 is 255 LSB, and never wraps', () => {
  const { comparison } = compare([int8(-128)], [int8(127)], [spec('int8', 1)]);
  expect(comparison?.differences[0]).toMatchObject({ expected: -128, actual: 127, diffLsb: 255 });
});

test('a second output tensor continues the count of elements, in its own type', () => {
  const tensors = [spec('int8', 2), spec('int32', 2)];
  const { comparison } = compare([int8AndInt32(2, -100_000)], [int8AndInt32(2, -100_001)], tensors);
  expect(comparison?.differences).toEqual([
    { vector: 0, element: 3, expected: -100_000, actual: -100_001, diffLsb: 1, differingElements: 1 },
  ]);
});

test('floats differ in units of the last place', () => {
  const { comparison } = compare([float32(1)], [float32(1 + 2 ** -22)], [spec('float32', 1)]);
  expect(comparison?.differences[0]).toMatchObject({ expected: 1, actual: 1 + 2 ** -22, diffLsb: 2 });
});

test('within a budget of 1 LSB, a vector 1 LSB off passes; the one beyond is named, not the first that differs', () => {
  const golden = [int8(0), int8(0), int8(0)];
  expect(compare(golden, [int8(1), int8(0), int8(1)], [spec('int8', 1)]).judge(1)).toMatchObject({
    status: 'passed',
    measured: 1,
  });
  const verdict = compare(golden, [int8(1), int8(0), int8(-2)], [spec('int8', 1)]).judge(1);
  expect(verdict).toMatchObject({ status: 'failed', measured: 2 });
  expect(verdict.reason).toBe(
    'the outputs differ from the golden in vector 2, element 0, by 2 LSB (expected 0, got -2); 2 of 3 vectors differ; ' +
      'largest difference 2 LSB, budget <= 1 LSB (1 LSB above)',
  );
});

test('the metrics list the first ten vectors and count them all', () => {
  const golden = Array.from({ length: 40 }, () => int8(0));
  const { comparison } = compare(
    golden,
    golden.map((_, vector) => int8(vector)),
    [spec('int8', 1)],
  );
  if (!comparison) throw new Error('nothing was compared');
  const metrics = goldenMetrics(comparison);
  expect(metrics).toMatchObject({ maxDiffLsb: 39, differingVectors: 39 });
  expect(metrics.differences.map(({ vector }) => vector)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(metrics).not.toHaveProperty('unstableVectors');
});

test('without a measured vector there is nothing to compare, and nothing passes', () => {
  const { comparison, judge } = compare([int8(0)], [], [spec('int8', 1)]);
  expect(comparison).toBeUndefined();
  expect(judge(0)).toMatchObject({ status: 'skipped', measured: null });
});

test('a DUT that answers the previous question is told as that', () => {
  const golden = [int8(1), int8(2), int8(3), int8(4)];
  const { comparison, judge } = compare(golden, [int8(1), int8(1), int8(2), int8(3)], [spec('int8', 1)]);
  expect(comparison?.late).toBe(3);
  expect(judge(0).reason).toContain(
    '3 of 4 outputs are the golden of the vector before: the firmware answers the previous question',
  );
});

test('one output that another input has as well is no sign of it', () => {
  const { judge } = compare([int8(1), int8(2), int8(2)], [int8(1), int8(1), int8(9)], [spec('int8', 1)]);
  expect(judge(0).reason).not.toContain('previous question');
});

test('what a window of many inferences answered last is held against the golden too, unless it hangs on how many they were', () => {
  const golden = [int8(1), int8(2)];
  const marked = [{ boot: 0, vector: 1, output: int8(5) }];
  const session = { ...sessionOf(golden), marked };
  const outputs = [spec('int8', 1)];
  const stateless = aReference({ golden, outputs, operators: [{ name: 'FULLY_CONNECTED', macs: 1 }] });
  const comparison = compareWithGolden(session, stateless);
  expect(comparison?.differences).toMatchObject([{ vector: 1, expected: 2, actual: 5 }]);
  expect(comparison).toMatchObject({ measuredVectors: 2, unstable: [1] });
  const stateful = aReference({ golden, outputs, operators: [{ name: 'SVDF', macs: 1 }] });
  expect(compareWithGolden(session, stateful)?.differences).toEqual([]);
});
