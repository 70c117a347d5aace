import { expect, test } from 'vitest';
import { randomsFrom } from '../fixtures/random.ts';
import { traceOf } from '../fixtures/traces.ts';
import { figuresOf } from './figures.ts';

const random = randomsFrom(29);
const many = (count: number, make: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => make(index));

/** What numpy's percentile says of the same, the slow way. */
function quantile(sorted: Float64Array, share: number): number {
  const rank = (sorted.length - 1) * share;
  const low = sorted[Math.floor(rank)] ?? Number.NaN;
  const high = sorted[Math.min(Math.floor(rank) + 1, sorted.length - 1)] ?? Number.NaN;
  const part = rank - Math.floor(rank);
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

function expectNaive(values: readonly number[]): void {
  using trace = traceOf({ supplyMv: 3000 }, values);
  const [figures] = figuresOf(trace, [{ first: 0, end: values.length }]);
  const sorted = Float64Array.from(Float32Array.from(values)).filter(Number.isFinite).sort();
  expect(figures?.p50Ma).toBe(quantile(sorted, 0.5) + 0);
  expect(figures?.p99Ma).toBe(quantile(sorted, 0.99) + 0);
  expect(figures?.peakMa).toBe((sorted.at(-1) ?? 0) + 0);
  const sum = sorted.reduce((total, value) => total + value, 0);
  const scale = sorted.reduce((total, value) => total + Math.abs(value), 0) || 1;
  expect(Math.abs((figures?.meanMa ?? 0) * sorted.length - sum) / scale).toBeLessThan(1e-12);
  expect(Math.abs((figures?.chargeUc ?? 0) - sum / 100) / scale).toBeLessThan(1e-12);
  expect(figures?.energyUj).toBe((figures?.chargeUc ?? 0) * 3);
}

const anyFloat = () => new Float32Array(Int32Array.of(random(0x7fff_ffff) * 2 + random(2)).buffer)[0] ?? 0;
const distributions: Readonly<Record<string, (index: number, count: number) => number>> = {
  'a clean window': () => 5 + (random(1000) + random(1000) + random(1000)) / 30_000,
  'sleep, and seldom a burst a thousand times as high': index => (index % 97 === 5 ? 3 + random(100) / 50 : 0.002),
  'two levels, half each': index => (index % 2 ? 12.5 : 0.5),
  'one level': () => 4.25,
  rising: index => index / 7,
  'falling through zero': (index, count) => (count / 2 - index) / 3,
  'zeros of both signs': index => (index % 3 ? 0 : -0),
  'denormals of both signs': () => (random(2000) - 1000) * 1e-43,
  'lost in between': index => (index % 5 === 3 ? Number.NaN : random(1000)),
  'endless in between': index => (index % 5 === 3 ? (index % 2 ? 1 : -1) / 0 : random(1000)),
  'any bits': anyFloat,
  'the ends of the range': index => [3.4e38, -3.4e38, 1e-45, -1e-45, 1][index % 5] ?? 0,
};

test.each(Object.keys(distributions))(
  'mean, percentiles, peak, charge and energy are those of a naive count: %s',
  name => {
    for (const count of [1, 2, 3, 50, 127, 129, 1000, 12_000])
      for (let round = 0; round < (count < 1000 ? 20 : 1); round++)
        expectNaive(many(count, index => distributions[name]?.(index, count) ?? 0));
  },
);

const hardest = ['sleep, and seldom a burst a thousand times as high', 'lost in between', 'any bits'];

test.each(hardest)('so are those of a window that is too long for memory: %s', name => {
  const count = (1 << 18) + 17;
  expectNaive(many(count, index => distributions[name]?.(index, count) ?? 0));
});

test('windows may lie over one another, and have no sample, and those that were lost all have no figures', () => {
  using trace = traceOf({ rateHz: 1000 }, [1, 2, 3, Number.NaN, Number.NaN]);
  const [over, under, empty, lost] = figuresOf(trace, [
    { first: 0, end: 3 },
    { first: 1, end: 4 },
    { first: 2, end: 2 },
    { first: 3, end: 5 },
  ]);
  expect(over).toMatchObject({ meanMa: 2, p50Ma: 2, peakMa: 3, durationUs: 3000, chargeUc: 6 });
  expect(under).toMatchObject({ meanMa: 2.5, durationUs: 3000, chargeUc: 5 });
  expect(empty).toEqual({ first: 2, end: 2, durationUs: 0 });
  expect(lost).toEqual({ first: 3, end: 5, durationUs: 2000 });
});

test('a long window that was lost has no figures', () => {
  const count = (1 << 18) + 1;
  using trace = traceOf({}, new Float32Array(count).fill(Number.NaN));
  expect(figuresOf(trace, [{ first: 0, end: count }])[0]).not.toHaveProperty('meanMa');
});

test('where nobody knows the supply, a current has charge and no energy', () => {
  using trace = traceOf({ rateHz: 10, supplyMv: undefined }, [1, 3]);
  const [figures] = figuresOf(trace, [{ first: 0, end: 2 }]);
  expect(figures).toMatchObject({ meanMa: 2, chargeUc: 400 });
  expect(figures).not.toHaveProperty('energyUj');
});

test('of energies the sum is the energy, and the supply tells current and charge', () => {
  const facts = { quantity: 'energy', unit: 'µJ', rateHz: 1000 } as const;
  using trace = traceOf({ ...facts, supplyMv: 3000 }, [3, 6, 9]); // µJ in a millisecond: 1, 2 and 3 mA at 3 V
  const [figures] = figuresOf(trace, [{ first: 0, end: 3 }]);
  expect(figures).toMatchObject({ energyUj: 18, meanMa: 2, p50Ma: 2, peakMa: 3, chargeUc: 6 });
  using unknown = traceOf({ ...facts, supplyMv: undefined }, [3, 6, 9]);
  expect(figuresOf(unknown, [{ first: 0, end: 3 }])).toEqual([{ first: 0, end: 3, durationUs: 3000, energyUj: 18 }]);
});

test.each([
  [2, 4],
  [-1, 2],
  [(1 << 18) * 2, (1 << 18) * 4],
])('a window from %i to %i of three samples is refused', (first, end) => {
  using trace = traceOf({}, [1, 2, 3]);
  expect(() => figuresOf(trace, [{ first, end }])).toThrow(/the trace has 3 samples/);
});
