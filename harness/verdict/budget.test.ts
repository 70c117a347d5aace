import { expect, test } from 'vitest';
import type { Budget, BudgetUnit } from '../suite/suite.ts';
import { judgeFigure } from './budget.ts';

function budgetOf(limit: number, unit: BudgetUnit, relation: Budget['relation'] = '<='): Budget {
  return { kind: 'golden', budget: 'some.budget', relation, limit, unit, optional: false };
}

function judge(value: number, budget: Budget) {
  return judgeFigure(budget, { name: 'figure', value, evidence: 'moves' }, { status: 'complete' });
}

test.each<[value: number, budget: Budget, status: string, reason: string]>([
  [312_400, budgetOf(400_000, 'cycles'), 'passed', 'figure 312.4 kcycles, budget <= 400 kcycles (22 % below)'],
  [400_000, budgetOf(400_000, 'cycles'), 'passed', 'figure 400 kcycles, budget <= 400 kcycles (exactly at it)'],
  [400_001, budgetOf(400_000, 'cycles'), 'failed', 'figure 400.001 kcycles, budget <= 400 kcycles (0.00025 % above)'],
  [12, budgetOf(12_000, 'µs'), 'passed', 'figure 12 µs, budget <= 12 ms (99.9 % below)'],
  [24_000, budgetOf(12_000, 'µs'), 'failed', 'figure 24 ms, budget <= 12 ms (100 % above)'],
  [10_241, budgetOf(10_240, 'B'), 'failed', 'figure 10.001 KiB, budget <= 10 KiB (0.0098 % above)'],
  [91.5, budgetOf(90, '%', '>='), 'passed', 'figure 91.5 %, budget >= 90 % (1.5 pp above)'],
  [89.5, budgetOf(90, '%', '>='), 'failed', 'figure 89.5 %, budget >= 90 % (0.5 pp below)'],
  [-0.5, budgetOf(1, 'pp'), 'passed', 'figure -0.5 pp, budget <= 1 pp (1.5 pp below)'],
  [2, budgetOf(0, 'LSB'), 'failed', 'figure 2 LSB, budget <= 0 LSB (2 LSB above)'],
  [0.25, budgetOf(0, '1'), 'failed', 'figure 0.25, budget <= 0 (0.25 above)'],
  [0.0034, budgetOf(0.005, '1'), 'passed', 'figure 0.0034, budget <= 0.005 (32 % below)'],
  [5, budgetOf(0, 'cycles'), 'failed', 'figure 5 cycles, budget <= 0 cycles (5 cycles above)'],
])('%d against %o is %s', (value, budget, status, reason) => {
  expect(judge(value, budget)).toMatchObject({ status, reason, measured: value });
});

const broken = { status: 'broken', reason: 'the port was lost' } as const;

test.each([
  ['final', 50, 'passed'],
  ['final', 150, 'failed'],
  ['grows', 50, 'skipped'],
  ['grows', 150, 'failed'],
  ['moves', 50, 'skipped'],
  ['moves', 150, 'skipped'],
] as const)('in a session that broke, a figure that is %s at %i of 100 is %s', (evidence, value, status) => {
  const verdict = judgeFigure(budgetOf(100, 'B'), { name: 'figure', value, evidence }, broken);
  expect(verdict.status).toBe(status);
  expect(verdict.measured).toBe(status === 'skipped' ? null : value);
});

test('a doubt makes a figure inconclusive, and the reason begins with it', () => {
  const figure = { name: 'p99', value: 50, evidence: 'moves', doubt: 'too few' } as const;
  expect(judgeFigure(budgetOf(100, 'B'), figure, { status: 'complete' })).toMatchObject({
    status: 'inconclusive',
    measured: 50,
    reason: 'too few; so far p99 50 B, budget <= 100 B (50 % below)',
  });
});
