import { expect, test } from 'vitest';
import { InputError } from '../errors.ts';
import { budgetOf } from './bound.ts';

test('a path and a bound make the budget that a suite would have', () => {
  expect(budgetOf('latency.modelled-cycles.p50', '<= 1.5 kcycles')).toEqual({
    kind: 'latency',
    basis: 'modelled-cycles',
    metric: 'p50',
    budget: 'latency.modelled-cycles.p50',
    relation: '<=',
    limit: 1500,
    unit: 'cycles',
    optional: false,
  });
  expect(budgetOf('golden.maxDiffLsb', 1)).toMatchObject({ kind: 'golden', limit: 1 });
  expect(budgetOf('accuracy.recall.v1.2', '>= 90 %')).toMatchObject({ metric: 'recall', class: 'v1.2', limit: 90 });
});

test.each([
  ['memory.arana', '<= 8 KiB', 'no budget has this path'],
  ['speed', '<= 8 KiB', 'no budget has this path'],
  ['memory.arena', '<= 8', '"8" has no unit'],
  ['memory.arena', '>= 8 KiB', 'needs an upper bound'],
  ['memory.arena', 8, '8 is no bound of it'],
  ['golden.maxDiffLsb', '<= 1', '"<= 1" is no bound of it'],
])('%s with %s is refused', (path, bound, what) => {
  expect(() => budgetOf(path, bound)).toThrow(InputError);
  expect(() => budgetOf(path, bound)).toThrow(what);
});
