import { expect, test } from 'vitest';
import { aCurrentBudget, aCurrentSuite } from '../fixtures/current.ts';
import { conflictsIn, conflictsOf } from './promises.ts';

const year = 365.25;
const aYear = aCurrentBudget('battery.measured.CR2032', year);

function beside(path: string, limit: number): readonly string[] {
  return conflictsIn([aCurrentBudget(path, limit), aYear], undefined);
}

test('1.0 mA and a year on a coin cell are two promises', () => {
  for (const window of ['dutyCycle', 'application']) {
    expect(conflictsIn([aCurrentBudget(`current.measured.${window}.mean`, 1), aYear], undefined)).toEqual([
      `current.measured.${window}.mean and battery.measured.CR2032 are two promises: 225 mAh of CR2032 at 1 mA is 9.4 days, and a life of 1 year asks for about 25.5 µA`,
    ]);
  }
});

test('promises that go together are none of its business', () => {
  expect(beside('current.measured.dutyCycle.mean', 0.025)).toEqual([]);
  expect(beside('current.measured.inference.mean', 10)).toEqual([]); // that is drawn for a while only
  expect(beside('current.measured.sleep.mean', 1)).toEqual([]);
  expect(beside('current.modelled.dutyCycle.mean', 1)).toEqual([]); // another basis, another target
  expect(beside('current.measured.application.peak', 15)).toEqual([]);
  expect(conflictsIn([aCurrentBudget('battery.measured.nobodys', 1)], undefined)).toEqual([]);
});

test('a peak that the cell cannot give is told', () => {
  expect(conflictsIn([aCurrentBudget('current.measured.application.peak', 20), aYear], undefined)).toEqual([
    'current.measured.application.peak allows a peak of 20 mA, and battery.measured.CR2032 is of a cell that is rated for pulses of 15 mA',
  ]);
});

test('each is told once, whatever the targets', () => {
  const suite = aCurrentSuite([aCurrentBudget('current.measured.dutyCycle.mean', 1), aYear]);
  expect(conflictsOf({ ...suite, targets: ['a', 'b'] })).toHaveLength(1);
  const on = { b: { budgets: [aCurrentBudget('current.measured.dutyCycle.mean', 2)] } };
  expect(conflictsOf({ ...suite, targets: ['a', 'b'], on })).toHaveLength(2);
});
