import { InputError } from '../errors.ts';
import type { Board } from '../suite/board.ts';
import { Misfit } from '../suite/misfit.ts';
import type { AnySuite } from '../suite/suite.ts';
import { firmwareOf } from './image.ts';

/** What a log cannot be judged by on a board. */
export function* logMisfits(suite: AnySuite, board: Board): Generator<Misfit> {
  const { protocol, path } = firmwareOf({ suite, board });
  const { log } = suite;
  if (protocol !== 'log' || !log) return;
  if (path !== undefined) return;
  for (const [name, expected] of Object.entries(log.identity)) {
    if (expected !== 'image') continue;
    const what = `${name} is held against the image, and the suite names none for ${board.name}: write its path in firmware.${board.name}.image`;
    yield new Misfit(suite, ['log', 'identity', name], what);
  }
}

/** The one case that a log can be of. Throws InputError where it may be of several, or of none. */
export function onlyLogCase<Case extends { readonly suite: AnySuite; readonly board: Board }>(
  cases: readonly Case[],
  suite: string,
): Case {
  const printing = cases.filter(each => firmwareOf(each).protocol === 'log');
  const [only] = printing;
  if (only && printing.length === 1) return only;
  const names = (all: readonly Case[]) => [...new Set(all.map(({ board }) => board.name))].join(', ');
  if (!only)
    throw new InputError(
      `has no target whose firmware only prints: ${names(cases)} speak otherwise`,
      suite,
      'write firmware: { TARGET: { protocol: log } }, and log: {…}',
    );
  throw new InputError(`has several targets that print: ${names(printing)}`, suite, 'choose one with --target');
}
