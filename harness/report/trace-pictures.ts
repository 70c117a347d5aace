import { hasTrace, openTrace, type Trace } from '../recording/read-trace.ts';
import type { TraceFacts } from '../recording/trace.ts';
import type { Stretch } from '../trace/blocks.ts';
import { envelopeOf } from '../trace/envelope.ts';
import type { CurrentFigures, InferenceWindow } from '../trace/evidence.ts';
import { type KeptWindows, keptWindows } from '../trace/kept-windows.ts';
import { formatQuantity } from '../units.ts';
import { type DrawnTrace, type Lane, traceChart, traceColumns } from './charts/trace.ts';
import { grouped } from './figures.ts';
import { lane, lostLanes, windowLanes } from './trace-lanes.ts';

export interface TracePicture {
  readonly name: string;
  readonly svg: string;
}

/** The trace in a recording's folder at three scales: all of it, some periods, one inference. Throws InputError where it is damaged. */
export function tracePictures(recording: string): TracePicture[] {
  if (!hasTrace(recording)) return [];
  using trace = openTrace(recording);
  const kept = keptWindows(recording) ?? { inferences: [] };
  return [whole(trace, kept), somePeriods(trace, kept), oneInference(trace, kept)].flatMap(scene =>
    scene && scene.stretch.end > scene.stretch.first ? [drawn(trace, scene)] : [],
  );
}

/** What of a trace is drawn, and what is said of it. */
interface Scene {
  readonly title: string;
  readonly stretch: Stretch;
  readonly facts: readonly (string | undefined)[];
  readonly lanes: readonly Lane[];
  readonly origin?: DrawnTrace['origin'];
}

function drawn(trace: Trace, { title, stretch, facts, lanes, origin }: Scene): TracePicture {
  const svg = traceChart({
    title,
    facts: facts.filter(fact => fact !== undefined).join(' · '),
    envelope: envelopeOf(trace, stretch, traceColumns),
    ...inUnits(trace.facts),
    rateHz: trace.facts.rateHz,
    origin: origin ?? { sample: 0, text: 'the first sample' },
    lanes: [...lanes, ...lostLanes(trace.events)],
  });
  return { name: title, svg };
}

/** µJ in 1 / rateHz seconds are µW, and over mV they are mA. */
function inUnits({ quantity, rateHz, supplyMv }: TraceFacts): Pick<DrawnTrace, 'unit' | 'factor'> {
  if (quantity === 'current') return { unit: 'mA', factor: 1 };
  return supplyMv === undefined ? { unit: 'µW', factor: rateHz } : { unit: 'mA', factor: rateHz / supplyMv };
}

function whole(trace: Trace, { application, dutyCycle, sleep, inferences }: KeptWindows): Scene {
  const { samples } = trace;
  const { meter, supplyMv, rateHz } = trace.facts;
  const supply = supplyMv === undefined ? '' : `, ${formatQuantity(supplyMv, 'mV', 2)}`;
  const length = `${formatQuantity((samples / rateHz) * 1e6, 'µs')} at ${formatQuantity(rateHz, 'Hz')}`;
  return {
    title: 'Current',
    stretch: { first: 0, end: samples },
    facts: [
      `${meter.title}${supply}`,
      length,
      application && currentsOf(application),
      `${grouped(inferences.length)} marked ${inferences.length === 1 ? 'window' : 'windows'}`,
    ],
    lanes: [
      ...windowLanes(trace, inferences),
      lane('sleep', sleep),
      lane('duty cycle', dutyCycle),
      lane('application', application),
    ],
  };
}

const shownPeriods = 3;

/** From the first period that figures are of; where there are none, from the first inference. Undefined where that would be the whole again. */
function somePeriods(trace: Trace, { dutyCycle, sleep, inferences }: KeptWindows): Scene | undefined {
  const last = inferences[Math.min(shownPeriods, inferences.length) - 1];
  const [first] = inferences;
  const cycles = dutyCycle && cyclesOf(dutyCycle);
  const core = cycles?.stretch ?? (first && last && last !== first ? { first: first.first, end: last.end } : undefined);
  if (!core) return undefined;
  const stretch = widened(core, trace.samples);
  if (stretch.end - stretch.first > 0.9 * trace.samples) return undefined;
  return {
    title: 'Current in some periods',
    stretch,
    facts: [cycles?.text ?? `the first ${shownPeriods} inferences`, dutyCycle && currentsOf(dutyCycle)],
    lanes: [...windowLanes(trace, inferences), lane('sleep', sleep), lane('duty cycle', dutyCycle)],
  };
}

function cyclesOf({ first, end, periods, periodUs }: NonNullable<KeptWindows['dutyCycle']>) {
  const count = Math.min(shownPeriods, periods);
  const text = `${count} of ${grouped(periods)} ${periods === 1 ? 'period' : 'periods'} of ${formatQuantity(periodUs, 'µs')}`;
  return { stretch: { first, end: first + Math.round(((end - first) * count) / periods) }, text };
}

/** The one that took the median. */
function oneInference(trace: Trace, { inferences }: KeptWindows): Scene | undefined {
  const byAmount = inferences.toSorted((a, b) => amountOf(a) - amountOf(b));
  const window = byAmount[Math.floor((byAmount.length - 1) / 2)];
  if (!window) return undefined;
  const { runs, boot, vector, durationUs, dutUs, chargeUc, energyUj } = window;
  const length = `${formatQuantity(durationUs, 'µs', 2)}${dutUs === undefined ? '' : `, by its ticks ${formatQuantity(dutUs, 'µs', 2)}`}`;
  return {
    title: 'Current in one inference',
    stretch: widened(window, trace.samples),
    facts: [
      `${runs === 1 ? '' : `${grouped(runs)} inferences of `}vector ${vector}${boot > 0 ? ` in boot ${boot}` : ''}`,
      length,
      currentsOf(window),
      chargeUc === undefined ? undefined : formatQuantity(chargeUc, 'µC', 2),
      energyUj === undefined ? undefined : formatQuantity(energyUj, 'µJ', 2),
    ],
    lanes: windowLanes(trace, inferences),
    origin: { sample: window.first, text: 'the window began' },
  };
}

function amountOf({ energyUj, chargeUc, durationUs }: InferenceWindow): number {
  return energyUj ?? chargeUc ?? durationUs;
}

/** With a little of what is around it. */
function widened({ first, end }: Stretch, samples: number): Stretch {
  const room = Math.ceil((end - first) * 0.12);
  return { first: Math.max(0, first - room), end: Math.min(samples, end + room) };
}

function currentsOf({ meanMa, peakMa }: CurrentFigures): string | undefined {
  if (meanMa === undefined || peakMa === undefined) return undefined;
  return `mean ${formatQuantity(meanMa, 'mA', 2)}, peak ${formatQuantity(peakMa, 'mA', 2)}`;
}
