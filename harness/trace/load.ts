import type { CurrentEvidence, Spoilt } from './evidence.ts';

/**
 * What a cell's life is taken from: the duty cycle as measured; where there is none, an inference and sleep; of firmware that nobody asks, its
 * application. The peak is the application's in any case.
 */
export function cellLoadOf({ dutyCycle, isAsked }: LoadEvidence): readonly Spoilt[] {
  if (dutyCycle) return ['application', 'dutyCycle'];
  return isAsked ? ['application', 'inference', 'sleep'] : ['application'];
}

interface LoadEvidence extends Pick<CurrentEvidence, 'isAsked'> {
  /** Whether it has a place. */
  readonly dutyCycle?: object | undefined;
}
