import { InputError } from '../errors.ts';
import { parseBudgets } from '../suite/budgets.ts';
import type { Budget } from '../suite/suite.ts';

/**
 * A budget by its path in a suite, and the bound as a suite writes it: `latency.modelled-cycles.p50`, `<= 120 kcycles`. A number is
 * for golden.maxDiffLsb alone. Throws InputError for a path that no suite has, or a bound that it does not take.
 */
export function budgetOf(path: string, bound: string | number): Budget {
  const [kind = '', metric = '', ...rest] = path.split('.');
  if ((typeof bound === 'number') !== (kind === 'golden'))
    throw new InputError(`${JSON.stringify(bound)} is no bound of it`, path, 'write it as a suite does');
  const written = { [kind]: { [metric]: rest.length > 0 ? { [rest.join('.')]: bound } : bound } };
  const [budget] = parsed(written, path);
  if (budget) return budget;
  throw new InputError(
    'no budget has this path',
    path,
    'write its path in a suite: golden.maxDiffLsb, latency.silicon.p50, memory.arena',
  );
}

function parsed(written: Record<string, unknown>, path: string): readonly Budget[] {
  try {
    return parseBudgets(written);
  } catch (cause) {
    if (cause instanceof RangeError) throw new InputError(cause.message, path, 'write it as a suite does', { cause });
    throw cause;
  }
}
