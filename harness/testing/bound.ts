import { InputError } from '../errors.ts';
import type { Model } from '../model/tflite.ts';
import { classMisfits } from '../runner/class-misfits.ts';
import { parseBudgets } from '../suite/budgets.ts';
import { accuracyFaults } from '../suite/checks/accuracy.ts';
import { checkBudgets } from '../suite/schema.ts';
import type { Budget, Suite } from '../suite/suite.ts';
import type { YamlSource } from '../suite/yaml.ts';

/**
 * A budget by its path in a suite, and the bound as a suite writes it: `latency.modelled-cycles.p50`, `<= 120 kcycles`. A number is
 * for golden.maxDiffLsb alone. Throws InputError for a path that no suite has, or a bound that it does not take.
 */
export function budgetOf(path: string, bound: string | number): Budget {
  const checked = checkBudgets(sourceOf(writtenAt(path, bound)));
  if (!('file' in checked)) throw refused(checked.faults[0]?.what ?? 'no budget has this path', path);
  const budget = parseBudgets(checked.file).find(each => each.budget === path);
  if (!budget) throw refused(`no budget has the path ${path}`, path); // such as memory.arena.limit
  return budget;
}

/** Throws InputError for a budget that a suite's task, labels or model give nothing to judge by, as reading the suite does. */
export function expectFitting(
  { suite, model }: { readonly suite: Suite; readonly model: Model },
  budget: Budget,
): void {
  const alone = { ...suite, budgets: [budget], on: {} };
  // a suite's fields have the names of its file's
  const [fault] = accuracyFaults(sourceOf({ ...alone, budgets: writtenAt(budget.budget, budget.limit) }));
  const [misfit] = classMisfits(alone, model);
  const what = fault?.what ?? misfit?.what;
  if (what !== undefined) throw refused(what, budget.budget);
}

/** `a.b.c` as a suite nests it; of a class or a k, the name is all that is left of the path. */
function writtenAt(path: string, bound: string | number): Record<string, unknown> {
  const [kind = '', metric = '', ...rest] = path.split('.');
  return { [kind]: { [metric]: rest.length > 0 ? { [rest.join('.')]: bound } : bound } };
}

/** What stands in no file has no place in it. */
function sourceOf(data: unknown): YamlSource {
  const place = { file: '', text: '' };
  return { file: '', data, place: () => place, keyPlace: () => place };
}

function refused(what: string, path: string): InputError {
  const where = `the budget "${path}"`;
  return new InputError(what, where, 'write path and bound as a suite does: latency.silicon.p50, <= 8 ms');
}
