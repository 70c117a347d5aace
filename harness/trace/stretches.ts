import type { MarkSample } from '../recording/recording.ts';
import { meterOf } from './clock.ts';
import type { Finding } from './finding.ts';
import { leastLengths, type Periods, type Placed, type Placing, type PlacingClock, type Stretch } from './places.ts';

/** What the firmware may take after its answer until it sleeps: left out at the begin of each idle stretch. */
const settleMs = 1;

/** The host left the DUT alone in each; both ends are drawn in by what the clocks may be apart, so that no window reaches in. */
export function idleIn(
  { facts: { rateHz }, samples }: Placing,
  idle: readonly MarkSample[],
  clock: PlacingClock | undefined,
): { readonly stretches: readonly Stretch[]; readonly findings: readonly Finding[] } {
  if (!clock) return { stretches: [], findings: [] };
  const { line, uncertaintyMs } = clock;
  const at = (hostMs: number) => (meterOf(line, hostMs) * rateHz) / 1000;
  const drawnIn = idle.map(({ sentMs, heardMs }) => ({
    first: Math.max(0, Math.ceil(at(sentMs + settleMs + uncertaintyMs))),
    end: Math.min(samples, Math.floor(at(heardMs - uncertaintyMs))),
  }));
  const stretches = drawnIn.filter(({ first, end }) => end - first >= leastLengths);
  if (stretches.length > 0 || idle.length === 0) return { stretches, findings: [] };
  const what = `no time that the DUT was left alone has ${leastLengths} samples in the trace: let it be longer (\`measure.current.idle\`)`;
  return { stretches, findings: [{ check: 'windows', what, spoils: ['sleep'] }] };
}

/** From the begin of the first of a boot's windows that keep the period to that of the last. All of the `count` have to be there. */
export function dutyCycleOf(
  windows: readonly Placed[],
  { rateHz, count }: { readonly rateHz: number; readonly count: number },
): { readonly periods?: Periods; readonly findings: readonly Finding[] } {
  const kept = windows.filter(({ purpose }) => purpose === 'period');
  const boot = kept[0]?.boot;
  const begins = kept.filter(window => window.boot === boot);
  const [from, to] = [begins[0], begins.at(-1)];
  if (!from || !to || begins.length < 2 || kept.length < count) return { findings: [] }; // whatever lacks has been told
  const us = ((to.first - from.first) * 1e6) / rateHz;
  const uncertaintyUs = Math.max(from.uncertaintyUs, to.uncertaintyUs);
  if (us < leastLengths * uncertaintyUs) {
    const what = `${begins.length - 1} periods last ${Number((us / 1000).toFixed(3))} ms, and their ends may be off by ${Number(uncertaintyUs.toFixed(1))} µs each: measure more of them (\`measure.current.periods\`)`;
    return { findings: [{ check: 'windows', what, sample: from.first, spoils: ['dutyCycle'] }] };
  }
  return { periods: { first: from.first, end: to.first, periods: begins.length - 1, uncertaintyUs }, findings: [] };
}

/** What charges a board's capacitors as its power comes on, an ampere of it, is over by then: no cell is asked for it twice. */
const inrushMs = 50;

/** From where the DUT was powered, and its capacitors are charged, until its power was taken, or the trace ends; where nobody switched it, all of it. */
export function applicationIn({ events, samples, facts: { rateHz } }: Placing): Stretch {
  const switched = events.filter(event => event.kind === 'supply');
  const firstOn = switched.findIndex(({ isOn }) => isOn);
  if (firstOn < 0) return { first: 0, end: samples };
  // Of several stretches with power the longest: the others are boots that were given up, or a switch off after a probe.
  const stretches = switched.flatMap(({ isOn, sample }, index) => {
    const end = switched.slice(index).find(event => !event.isOn)?.sample ?? samples;
    return isOn ? [{ first: Math.min(sample + Math.ceil((inrushMs * rateHz) / 1000), end), end }] : [];
  });
  return stretches.reduce((longest, next) => (next.end - next.first > longest.end - longest.first ? next : longest));
}
