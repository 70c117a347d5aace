import type { LinkMetrics } from './result.ts';
import type { Session } from './session.ts';

/** Sums what the link did in each boot; undefined where the recording does not tell. */
export function measureLink({ link, inferences }: Session): LinkMetrics | undefined {
  if (link.length === 0) return undefined;
  const sum = (field: 'requests' | 'repeats' | 'lostFrames' | 'damagedFrames'): number =>
    link.reduce((total, boot) => total + boot[field], 0);
  const dropped = link.flatMap(boot => boot.droppedFrames ?? []);
  return {
    requests: sum('requests'),
    repeats: sum('repeats'),
    lostFrames: sum('lostFrames'),
    damagedFrames: sum('damagedFrames'),
    ...(dropped.length > 0 && { droppedFrames: dropped.reduce((total, frames) => total + frames, 0) }),
    leastDataBytes: Math.min(...link.map(boot => boot.leastDataBytes)),
    disturbedWindows: inferences.filter(inference => inference.isDisturbed).length,
  };
}
