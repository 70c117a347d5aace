import { formatQuantity } from '../units.ts';
import { lifeDays, meanFor } from './battery-life.ts';
import { cellsWith } from './cells.ts';
import { type AnySuite, type Budget, budgetsFor, type Cell } from './suite.ts';

type BatteryBudget = Extract<Budget, { readonly kind: 'battery' }>;
type CurrentBudget = Extract<Budget, { readonly kind: 'current' }>;

/**
 * Budgets that promise different things: a mean current at which a cell does not last as long as another budget asks for, a peak that it cannot
 * give. Each may be meant, so that this is told and nothing is refused. `own` are the suite's cells.
 */
export function conflictsIn(budgets: readonly Budget[], own: Readonly<Record<string, Cell>> | undefined): string[] {
  const cells = cellsWith(own);
  const currents = budgets.filter(budget => budget.kind === 'current');
  return budgets
    .filter(budget => budget.kind === 'battery')
    .flatMap(battery => {
      const cell = Object.hasOwn(cells, battery.cell) ? cells[battery.cell] : undefined;
      const ofItsBasis = currents.filter(({ basis }) => basis === battery.basis);
      return cell ? ofItsBasis.flatMap(current => conflictOf(battery, cell, current) ?? []) : [];
    });
}

/** What a suite's own budgets promise on one target or another that does not go together; each is told once. */
export function conflictsOf(suite: AnySuite): readonly string[] {
  const found = suite.targets.flatMap(target => conflictsIn(budgetsFor(suite, target), suite.measure.current?.cells));
  return [...new Set(found)];
}

function conflictOf(battery: BatteryBudget, cell: Cell, current: CurrentBudget): string | undefined {
  const { window, metric, limit } = current;
  if (metric === 'peak' && window !== 'sleep' && limit > cell.pulseMa) return peakConflict(battery, cell, current);
  const isWhole = window === 'dutyCycle' || window === 'application';
  const askedMa = meanFor(cell, battery.limit);
  if (metric !== 'mean' || !isWhole || limit <= askedMa) return undefined;
  const [allowed, asked] = [limit, askedMa].map(ma => formatQuantity(ma, 'mA'));
  const [life, wanted] = [lifeDays(cell, limit), battery.limit].map(days => formatQuantity(days, 'days'));
  return (
    `${current.budget} and ${battery.budget} are two promises: ${cell.capacityMah} mAh of ${battery.cell} at ${allowed} ` +
    `is ${life}, and a life of ${wanted} asks for about ${asked}`
  );
}

function peakConflict(battery: BatteryBudget, cell: Cell, current: CurrentBudget): string {
  const [peak, pulse] = [current.limit, cell.pulseMa].map(ma => formatQuantity(ma, 'mA'));
  return `${current.budget} allows a peak of ${peak}, and ${battery.budget} is of a cell that is rated for pulses of ${pulse}`;
}
