import type { Spoilt, TraceFault } from './evidence.ts';

/** What takes figures away, or, as a sentence, what to know of them. */
export type Finding = TraceFault | string;

export interface FaultAt {
  readonly check: TraceFault['check'];
  readonly spoils?: readonly Spoilt[];
}

/** One thing that is wrong at one place, or the same at several: the first is told, and how many more there are. */
export function faultsAt<T extends { readonly sample: number }>(
  places: readonly T[],
  { check, spoils }: FaultAt,
  say: (first: T) => string,
): readonly TraceFault[] {
  const [first] = places;
  if (!first) return [];
  const more = places.length > 1 ? `; ${places.length - 1} more like it` : '';
  return [{ check, what: `${say(first)}${more}`, sample: first.sample, ...(spoils && { spoils }) }];
}

/** `at 12.3456 s`: where a person finds a sample in a picture of the trace. */
export function placeAt(sample: number, rateHz: number): string {
  return `at ${seconds(sample / rateHz)} s`;
}

/** `from 12.3456 s to 12.4 s`. */
export function placeFrom(first: number, end: number, rateHz: number): string {
  return `from ${seconds(first / rateHz)} s to ${seconds(end / rateHz)} s`;
}

function seconds(value: number): string {
  return String(Number(value.toFixed(5)));
}

/** `21.2 ms`, `2 ms`: of a host's clock more digits would mean nothing. */
export function inMs(ms: number): string {
  return `${Number(ms.toPrecision(3))} ms`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
