import { InputError } from '../errors.ts';
import type { Board } from '../suite/board.ts';
import { type AnySuite, budgetsFor } from '../suite/suite.ts';
import { isOfCapture } from '../verdict/current/judge-capture.ts';

/** The one case that a capture can be of: a board of silicon with a budget for what a meter shows. Throws InputError where it may be of several, or of none. */
export function onlyCaptureCase<Case extends { readonly suite: AnySuite; readonly board: Board }>(
  cases: readonly Case[],
  suite: string,
): Case {
  const bounded = cases.filter(({ suite: of, board }) => budgetsFor(of, board.name).some(isOfCapture));
  if (bounded.length === 0) {
    const fix = 'write some, such as budgets: { charge: { measured: { inference: "<= 100 µC" } } }';
    throw new InputError('has no budgets for measured current, charge, energy or battery life', suite, fix);
  }
  const real = bounded.filter(({ board }) => board.basis === 'silicon');
  const [only, second] = real;
  const names = (all: readonly Case[]) => [...new Set(all.map(({ board }) => board.name))].join(', ');
  if (!only) {
    const what = `has no board of silicon: nothing measures the current of ${names(bounded)}`;
    throw new InputError(what, suite, 'name the board that was measured under `targets`');
  }
  if (second) throw new InputError(`has several boards: ${names(real)}`, suite, 'choose one with --target');
  return only;
}
