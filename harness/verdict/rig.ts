import type { Manifest, Recording } from '../recording/recording.ts';
import type { CaseResult } from './result.ts';

/** What was done to a board, and the attempts that broke; nothing of an emulator. */
export function rigOf({ manifest: { attempts }, samples }: Recording): Pick<CaseResult, 'rig' | 'attempts'> {
  const steps = samples.filter(sample => sample.kind === 'rig').map(({ kind: _kind, ...step }) => step);
  return { ...(steps.length > 0 && { rig: steps }), ...(attempts && { attempts }) };
}

/** A figure that was right at the second attempt may be one of a rig that is about to fail. */
export function attemptWarnings({ attempts = [] }: Manifest): string[] {
  return attempts.map(
    ({ reason }) => `this is the second attempt; the first was broken: ${reason.replaceAll(/\s*\n\s*/g, ' ')}`,
  );
}
