import { conflictsIn } from '../../suite/promises.ts';
import type { Budget } from '../../suite/suite.ts';
import type { CurrentFacts } from './current.ts';
import { disagreement } from './judge-measured.ts';

/** Doubts about a case's current, and promises of its suite that are not one and the same. */
export function currentWarnings(budgets: readonly Budget[], facts: CurrentFacts): readonly string[] {
  const { evidence, measured, suite } = facts;
  const apart = disagreement(measured?.lengths);
  return [
    ...(evidence?.doubts ?? []),
    ...(apart === undefined ? [] : [apart]),
    ...conflictsIn(
      budgets.filter(budget => isJudged(budget, facts)),
      suite.measure.current?.cells,
    ),
  ];
}

/** Promises about another basis are for another target. */
function isJudged(budget: Budget, { evidence, modelled }: CurrentFacts): boolean {
  if (budget.kind !== 'current' && budget.kind !== 'battery') return false;
  return budget.basis === 'measured' ? evidence !== undefined : 'metrics' in modelled;
}
