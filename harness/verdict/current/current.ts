import type { Budget } from '../../suite/suite.ts';
import { notMeasured } from '../budget.ts';
import type { Verdict } from '../result.ts';

/** A budget that a trace, or what a datasheet says of one, is held against. */
export type CurrentBudget = Extract<Budget, { readonly kind: 'current' | 'energy' | 'charge' | 'battery' }>;

export function isOfCurrent(budget: Budget): budget is CurrentBudget {
  return ['current', 'energy', 'charge', 'battery'].includes(budget.kind);
}

export function judgeCurrent(budget: CurrentBudget): Verdict {
  return notMeasured(budget, 'no current was measured');
}
