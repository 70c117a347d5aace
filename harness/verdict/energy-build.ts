import type { Manifest } from '../recording/recording.ts';
import type { CurrentEvidence } from '../trace/evidence.ts';
import { smokeOf } from './warnings.ts';

/** What a reader should know of current that was measured of MLPerf Tiny's build for energy. */
export function energyWarnings(
  { mlperf }: Pick<Manifest, 'mlperf'>,
  evidence: Pick<CurrentEvidence, 'inferences'> | undefined,
): readonly string[] {
  if (mlperf?.timestamps !== 'energy' || !evidence || evidence.inferences.length === 0) return [];
  const smoke = smokeOf(
    evidence.inferences.map(({ durationUs, runs }) => ({ elapsedUs: durationUs, iterations: runs })),
  );
  return [
    'its firmware is a build for energy, which prints no clock: energy and current are not of the inferences that ticks are of, which another build has to give',
    ...(smoke === undefined ? [] : [smoke]),
  ];
}
