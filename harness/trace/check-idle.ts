import { formatQuantity } from '../units.ts';
import { type Figured, levelOf } from './figured.ts';
import type { Finding } from './finding.ts';

/** Firmware that waits in a loop draws as much as it does while it infers, give or take this; what draws more asleep is something else. */
const likeActive = 0.05;

/** Whether what was measured can be the DUT at all, by what it draws when nothing is asked of it. */
export function checkIdle(figured: Figured): readonly Finding[] {
  const meaningless = constantTrace(figured) ?? negative(figured);
  if (meaningless) return [meaningless];
  return [...tooMuch(figured), ...againstActive(figured), ...unlike(figured)];
}

/** No supply is so still that thousands of samples are the same. */
function constantTrace({ application: { first, end, meanMa, p50Ma, peakMa } }: Figured): Finding | undefined {
  if (end - first < fewest || meanMa === undefined || p50Ma !== peakMa || peakMa === undefined) return undefined;
  if (Math.abs(meanMa - peakMa) > 1e-6 * Math.abs(peakMa)) return undefined;
  return {
    check: 'idle',
    what: `all ${end - first} samples are ${formatQuantity(peakMa, 'mA')}: the meter measures nothing`,
  };
}

const fewest = 100;

function negative({ facts, sleep, application }: Figured): Finding | undefined {
  const leastMa = -(facts.meter.accuracy?.offsetMa ?? 0);
  const found = [sleep, application].find(figures => figures?.meanMa !== undefined && figures.meanMa < leastMa);
  if (!found) return undefined;
  const what = `the mean is ${formatQuantity(found.meanMa ?? 0, 'mA', 3)}: is the meter the right way round, and was it calibrated with its output open?`;
  return { check: 'idle', what, sample: found.first };
}

function tooMuch({ board, sleep }: Figured): readonly Finding[] {
  const mostMa = board.meter?.idleAtMostMa;
  if (mostMa === undefined || sleep?.meanMa === undefined || sleep.meanMa <= mostMa) return [];
  const [mean, most] = [sleep.meanMa, mostMa].map(ma => formatQuantity(ma, 'mA', 3));
  const what = `left alone the DUT draws ${mean}, and ${board.name}'s board file says at most ${most} (\`meter.idleAtMost\`): is a debug probe still on, or is something else fed?`;
  return [{ check: 'idle', what, sample: sleep.first }];
}

function againstActive({ facts, sleep, inferences }: Figured): readonly Finding[] {
  if (!sleep || inferences.length === 0) return [];
  const [idle, active] = [levelOf(sleep), levelOf(...inferences)];
  if (idle === undefined || active === undefined || idle < active * (1 - likeActive)) return [];
  const isMore = idle > active * (1 + likeActive) + (facts.meter.accuracy?.offsetMa ?? 0);
  if (!isMore) return [{ doubt: 'left alone the DUT draws as much as while it infers: its firmware does not sleep' }];
  const times = Number((idle / active).toPrecision(3));
  const what = `left alone the DUT draws ${times} times what it draws while it infers: is the marker's active level the other one (\`meter.markerActive\`), or does something else run?`;
  return [{ check: 'idle', what, sample: sleep.first }];
}

/** The one that draws the most is judged. */
function unlike({ facts, idle }: Figured): readonly Finding[] {
  const levels = idle.flatMap(figures => levelOf(figures) ?? []).toSorted((a, b) => a - b);
  const [least, most] = [levels[0], levels.at(-1)];
  if (least === undefined || most === undefined) return [];
  if (most - least <= likeActive * Math.abs(most) + (facts.meter.accuracy?.offsetMa ?? 0)) return [];
  const [low, high] = [least, most].map(ma => formatQuantity(ma, 'mA', 3));
  const what = `the times that the DUT was left alone differ: ${low} in one, ${high} in another, which is what counts`;
  return [
    {
      doubt:
        facts.quantity === 'energy' && facts.supplyMv === undefined
          ? 'the times that the DUT was left alone differ'
          : what,
    },
  ];
}
