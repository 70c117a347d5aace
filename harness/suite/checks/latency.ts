import { bases } from '../../units.ts';
import type { Board } from '../board.ts';
import type { Fault } from '../fault.ts';
import type { Path, YamlSource } from '../yaml.ts';
import { budgetPlaces, written, writtenKeys, writtenTargets } from './written.ts';

/**
 * Latency budgets that no target could ever be judged by, since none counts what they bound. One that is optional may stay: it waits for
 * a board. Nothing is said while a target is unknown; it may be the one.
 */
export function* latencyFaults(source: YamlSource, boards: ReadonlyMap<string, Board>): Generator<Fault> {
  for (const { path, target } of budgetPlaces(source)) {
    const names = target === undefined ? writtenTargets(source) : [target];
    const measuring = names.flatMap(name => boards.get(name) ?? []);
    if (measuring.length < names.length || measuring.length === 0) continue;
    for (const basis of bases) {
      const budgets = [...path, 'latency', basis];
      if (measuring.some(board => board.basis === basis) || !hasRequired(source, budgets)) continue;
      yield { place: source.keyPlace(budgets), what: `${whyNever(basis, measuring)}${fixFor(target)}` };
    }
  }
}

/** Latency budgets in a suite that counts no ticks: an optional one could not be judged on any board either. */
export function* uncountedFaults(source: YamlSource): Generator<Fault> {
  if (written(source, ['measure', 'only']) !== 'accuracy') return;
  for (const { path } of budgetPlaces(source)) {
    const budgets = [...path, 'latency'];
    if (written(source, budgets) === undefined) continue;
    const what = 'with `measure: { only: accuracy }` no ticks are counted: take out `only`, or the budgets for latency';
    yield { place: source.keyPlace(budgets), what };
  }
}

function hasRequired(source: YamlSource, budgets: Path): boolean {
  return writtenKeys(source, budgets).some(key => written(source, [...budgets, key, 'optional']) !== true);
}

function whyNever(basis: string, boards: readonly Board[]): string {
  const measured = boards.map(board => `${board.name} measures ${board.basis}`).join(', ');
  return boards.length === 1
    ? `${measured}, so that a budget for ${basis} is never judged`
    : `no target of this suite measures ${basis}: ${measured}`;
}

function fixFor(target: string | undefined): string {
  const bound = "bound what it measures, or write { limit: '…', optional: true }";
  return target === undefined ? `; name a target that does, ${bound}` : `; ${bound}`;
}
