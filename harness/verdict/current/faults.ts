import type { CurrentEvidence, TraceFault } from '../../trace/evidence.ts';

/** What may be taken from a trace. `energy` needs a voltage beside what `charge` needs. */
export type Taken = 'inference' | 'dutyCycle' | 'sleep' | 'application' | 'charge' | 'energy';

/** These are about where in the trace something lies: the trace as a whole stands. */
const placing: ReadonlySet<TraceFault['check']> = new Set(['edges', 'windows', 'clock']);

/** Why something may not be taken from a trace; undefined where it may. */
export function faultOf({ faults }: CurrentEvidence, taken: Taken): TraceFault | undefined {
  return faults.find(({ check }) => {
    if (check === 'supply') return taken === 'energy';
    return !placing.has(check) || taken !== 'application';
  });
}

/** `1,203 samples are missing (at 12.034 s, sample 1203411)`. */
export function faultText({ what, sample }: TraceFault, { facts }: Pick<CurrentEvidence, 'facts'>): string {
  if (sample === undefined) return what;
  const seconds = Number((sample / facts.rateHz).toFixed(6));
  return `${what} (at ${seconds} s, sample ${sample})`;
}
