import { formatQuantity } from '../units.ts';
import type { GoldenComparison } from './golden.ts';
import { lateNote, unstableNote } from './golden.ts';
import type { Metrics } from './result.ts';
import type { Session } from './session.ts';
import { ascending, percentile } from './stats.ts';
import { ruleIterations, ruleMs } from './windows.ts';

/** `isAsked`: whether a budget bounds it. */
type ComparedGolden = GoldenComparison & { readonly isAsked: boolean };

/** Doubts about the figures that change no verdict: what a reader should know before relying on them. */
export function warningsOf(
  metrics: Metrics,
  golden: ComparedGolden | undefined,
  session: Pick<Session, 'inferences' | 'operators'>,
): readonly string[] {
  return [
    golden && unstableNote(golden),
    golden && (lateNote(golden) ?? unasked(golden)),
    coarseTimer(metrics),
    outliers(metrics),
    smokeRun(metrics),
    disturbed(session),
    disturbedOperators(session),
    fewVectors(metrics),
    fullStack(metrics),
    badLink(metrics),
  ].filter(warning => warning !== undefined);
}

/** Nothing else in the case may show that its ticks are of wrong answers. */
function unasked({ differences, measuredVectors, isAsked }: ComparedGolden): string | undefined {
  if (isAsked || differences.length === 0) return undefined;
  return `${differences.length} of ${measuredVectors} outputs differ from the golden, which no budget asks for`;
}

/** Below so many ticks, one of them is more than 1 %. */
const fineTicks = 100;

function coarseTimer({ latency }: Metrics): string | undefined {
  if (!latency) return undefined;
  const median = percentile(ascending(latency.ticks), 50);
  if (median >= fineTicks) return undefined;
  return `the timer is coarse: the median inference takes ${median} ticks, so one tick is more than 1 % of it`;
}

/** Where time is real, other work can get in between; an emulated core has none. */
function outliers({ latency }: Metrics): string | undefined {
  if (!latency || (latency.basis !== 'silicon' && latency.basis !== 'host')) return undefined;
  const median = percentile(ascending(latency.ticks), 50);
  const count = latency.ticks.filter(ticks => ticks > 2 * median).length;
  if (count === 0) return undefined;
  return `${count} of ${latency.count} inferences took more than twice the median: interrupts, or a clock that changed`;
}

/** A figure that MLPerf Tiny would not take says so, whatever the suite asked for. */
function smokeRun({ windows }: Metrics): string | undefined {
  return windows && smokeOf(windows.windows);
}

/** Windows that MLPerf Tiny would not take, whatever measured them. */
export function smokeOf(
  windows: readonly { readonly elapsedUs: number; readonly iterations: number }[],
): string | undefined {
  const shortestUs = Math.min(...windows.map(({ elapsedUs }) => elapsedUs));
  const fewest = Math.min(...windows.map(({ iterations }) => iterations));
  if (shortestUs >= ruleMs * 1000 && fewest >= ruleIterations) return undefined;
  const shortest = `the shortest window took ${formatQuantity(shortestUs, 'µs')} and the smallest had ${fewest} iterations`;
  return `a smoke run: ${shortest}; MLPerf Tiny takes windows of ${ruleMs / 1000} s and ${ruleIterations} iterations at least`;
}

function disturbed({ inferences }: Pick<Session, 'inferences'>): string | undefined {
  const count = inferences.filter(({ isDisturbed }) => isDisturbed).length;
  if (count === 0) return undefined;
  return `in ${count} of ${inferences.length} inferences bytes from the host may have arrived: their ticks may be too many`;
}

function disturbedOperators({ operators }: Pick<Session, 'operators'>): string | undefined {
  if (!operators.some(({ isDisturbed }) => isDisturbed)) return undefined;
  return 'bytes from the host may have arrived while the operators were timed: the ticks of some may be too many';
}

const enoughVectors = 100;

function fewVectors({ accuracy }: Metrics): string | undefined {
  if (!accuracy || accuracy.judged >= enoughVectors) return undefined;
  const share = Number((100 / accuracy.judged).toPrecision(2));
  const of = accuracy.judged === 1 ? accuracy.of.replace(/s$/, '') : accuracy.of;
  return `accuracy is over ${accuracy.judged} ${of} only: each one weighs ${share} pp`;
}

/** The mark is of paint that was overwritten: a stack that reaches the end of its reserve may have gone further. */
function fullStack({ memory }: Metrics): string | undefined {
  const { stackBytes, stackReservedBytes } = memory ?? {};
  if (stackBytes === undefined || stackReservedBytes === undefined || stackBytes < stackReservedBytes) return undefined;
  return `the stack reached the end of its ${stackReservedBytes} bytes: it may have overwritten what lies there`;
}

function badLink({ link }: Metrics): string | undefined {
  if (!link || link.lostFrames + link.damagedFrames === 0) return undefined;
  const { requests, repeats, lostFrames, damagedFrames, leastDataBytes } = link;
  const faults = `of ${requests + repeats} frames sent, ${lostFrames} were lost there or back and ${damagedFrames} answered by damaged bytes`;
  return `the link is bad: ${faults}; all were sent again, the shortest with ${leastDataBytes} bytes of data`;
}
