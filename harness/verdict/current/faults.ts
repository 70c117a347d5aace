import type { CurrentEvidence, Spoilt, TraceFault } from '../../trace/evidence.ts';

/** Why something may not be taken from a trace; undefined where all of it may. */
export function faultOf({ faults }: Pick<CurrentEvidence, 'faults'>, taken: readonly Spoilt[]): TraceFault | undefined {
  return faults.find(({ spoils }) => spoils === undefined || spoils.some(spoilt => taken.includes(spoilt)));
}

/** `120 samples are missing (at 12.034 s, sample 1203411)`. */
export function faultText({ what, sample }: TraceFault, { facts }: Pick<CurrentEvidence, 'facts'>): string {
  if (sample === undefined) return what;
  const seconds = Number((sample / facts.rateHz).toFixed(6));
  return `${what} (at ${seconds} s, sample ${sample})`;
}
