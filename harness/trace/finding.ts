import type { Spoilt, TraceFault } from './evidence.ts';

/** What breaks a case, or what to know of it. */
export type Finding = TraceFault | Doubt;

/** A figure that no budget is about may be taken away by one. */
export interface Doubt {
  readonly doubt: string;
  readonly spoils?: readonly Spoilt[];
}

export function isFault(finding: Finding): finding is TraceFault {
  return 'check' in finding;
}

/**
 * One thing that is wrong at one place, or the same at several: the first is told, and how many more there are. Where the first is, is told by
 * whoever judges.
 */
export function faultsAt<T extends { readonly sample: number }>(
  places: readonly T[],
  { check, spoils }: Pick<TraceFault, 'check' | 'spoils'>,
  say: (first: T) => string,
): readonly TraceFault[] {
  const [first] = places;
  if (!first) return [];
  const more = places.length > 1 ? `; ${places.length - 1} more like it` : '';
  return [{ check, what: `${say(first)}${more}`, sample: first.sample, ...(spoils && { spoils }) }];
}

/** `12.3456 s`. */
export function inSeconds(seconds: number): string {
  return `${Number(seconds.toFixed(5))} s`;
}

/** `21.2 ms`: of a host's clock more digits would mean nothing. */
export function inMs(ms: number): string {
  return `${Number(ms.toPrecision(3))} ms`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
