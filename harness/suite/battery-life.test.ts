import { expect, test } from 'vitest';
import { plainCell as plain } from '../fixtures/current.ts';
import { lifeAtPeriod, lifeDays, meanAtPeriod, meanFor } from './battery-life.ts';
import { knownCells } from './cells.ts';

const year = 365.25;

test('225 mAh at 1.0 mA are 9.4 days, and a year asks for about 25 µA', () => {
  expect(lifeDays(plain, 1)).toBe(9.375);
  expect(meanFor(plain, year)).toBeCloseTo(0.025667, 6);
  const { CR2032 } = knownCells;
  expect(CR2032?.capacityMah).toBe(225);
  expect(lifeDays(CR2032 ?? plain, 1).toFixed(1)).toBe('9.4');
  expect(meanFor(CR2032 ?? plain, year)).toBeCloseTo(0.02554, 5);
});

test('self-discharge takes its share of what is left, year after year', () => {
  const losing = { ...plain, selfDischargePercentPerYear: 10 };
  // Euler's way, an hour at a time: an arithmetic of its own
  let [leftMah, hours] = [225, 0];
  const perHour = 1 - 0.9 ** (1 / (year * 24));
  while (leftMah > 0) {
    leftMah -= leftMah * perHour + 0.001;
    hours++;
  }
  expect(lifeDays(losing, 0.001) / (hours / 24)).toBeCloseTo(1, 4);
  expect(lifeDays(losing, 0.001)).toBeLessThan(lifeDays(plain, 0.001));
  expect(lifeDays(losing, meanFor(losing, 3 * year))).toBeCloseTo(3 * year, 6);
});

test('at a period the mean is the charge of one inference and sleep for the rest of it', () => {
  const cycle = { chargeUc: 100, inferenceUs: 10_000, sleepMa: 0.1 };
  expect(meanAtPeriod(cycle, 1_000_000)).toBeCloseTo(0.199, 9);
  expect(meanAtPeriod(cycle, 10_000)).toBe(10);
  expect(meanAtPeriod(cycle, 9_999)).toBeUndefined();
  expect(lifeAtPeriod(plain, cycle, 1_000_000)).toBeCloseTo(225 / 0.199 / 24, 6);
  expect(lifeAtPeriod(plain, cycle, 9_999)).toBeUndefined();
});

test('no cell lasts longer than its makers vouch for it', () => {
  const kept = { ...plain, shelfYears: 10 };
  const cycle = { chargeUc: 0, inferenceUs: 1, sleepMa: 1e-6 };
  expect(lifeAtPeriod(kept, cycle, 1e6)).toBe(10 * year);
  expect(lifeAtPeriod(plain, cycle, 1e6)).toBeGreaterThan(1000 * year);
});

test('every known cell says where its figures come from, and which do not', () => {
  for (const cell of Object.values(knownCells)) {
    expect(cell.of).toMatch(/datasheet|specification|form/);
    expect(cell.cutOffMv).toBeLessThan(cell.nominalMv);
    expect(cell.assumed).toContain('self-discharge');
  }
});
