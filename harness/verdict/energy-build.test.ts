import { expect, test } from 'vitest';
import { energyWarnings } from './energy-build.ts';

const identity = { vendor: 'v', profile: 'p', modelId: 'kws01', windowMs: 10_000 };
const energy = { mlperf: { ...identity, timestamps: 'energy' } } as const;
const window = { first: 0, end: 10_000, boot: 0, vector: 0, runs: 400, by: 'edges', uncertaintyUs: 1000 } as const;
const of = (durationUs: number, runs = 400) => ({ inferences: [{ ...window, durationUs, runs }] });

test('current of a build for energy is not of the inferences that ticks are of, and says so', () => {
  expect(energyWarnings(energy, of(10e6))).toEqual([
    expect.stringContaining('not of the inferences that ticks are of'),
  ]);
});

test('windows that MLPerf Tiny would not take are a smoke run', () => {
  expect(energyWarnings(energy, of(9.4e6))[1]).toMatch(/a smoke run: the shortest window took 9\.4 s/);
  expect(energyWarnings(energy, of(10e6, 9))[1]).toMatch(/the smallest had 9 iterations/);
});

test('other firmware, and a build for energy that nothing was measured of, have nothing to be said', () => {
  expect(energyWarnings({ mlperf: { ...identity, timestamps: 'performance' } }, of(1))).toEqual([]);
  expect(energyWarnings({}, of(1))).toEqual([]);
  expect(energyWarnings(energy, undefined)).toEqual([]);
  expect(energyWarnings(energy, { inferences: [] })).toEqual([]);
});
