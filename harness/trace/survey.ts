import type { Trace } from '../recording/read-trace.ts';
import { type Stretch } from './blocks.ts';
import { checkSamples } from './check-samples.ts';
import type { CurrentFigures, InferenceWindow, TraceFault } from './evidence.ts';
import { figuresOf } from './figures.ts';
import { isFault } from './finding.ts';

/** What is in a trace that belongs to no suite. */
export interface TraceSurvey {
  readonly whole: CurrentFigures;
  readonly windows: readonly SurveyedWindow[];
  /** Why its figures may not be believed. */
  readonly faults: readonly TraceFault[];
  /** What to know of it. */
  readonly doubts: readonly string[];
}

export type SurveyedWindow = CurrentFigures & { readonly inferences: number };

/** Figures of the whole trace and of each window, and whether the samples behind them are there and possible: in the windows, where there are any. */
export function surveyTrace(
  trace: Trace,
  stretches: readonly (Stretch & { readonly inferences: number })[],
): TraceSurvey {
  const { facts, samples, events } = trace;
  const [whole, ...figures] = figuresOf(trace, [{ first: 0, end: samples }, ...stretches]);
  if (!whole) throw new RangeError('figures are of all windows that were asked for');
  const windows = figures.map((each, index) => ({ ...each, inferences: stretches[index]?.inferences ?? 1 }));
  const used = new Set([windows.length > 0 ? ('inference' as const) : ('application' as const)]);
  const findings = checkSamples({
    facts,
    samples,
    events,
    used,
    inferences: windows.map(asInferences(facts.rateHz)),
    application: whole,
  });
  const { accuracy, title } = facts.meter;
  return {
    whole,
    windows,
    faults: findings.filter(isFault),
    doubts: [
      ...findings.flatMap(finding => (isFault(finding) ? [] : [finding.doubt])),
      ...(facts.supplyMv === undefined ? [unknownSupply(facts.quantity)] : []),
      ...(accuracy ? [] : [`nobody has said how exact the ${title} is: write --accuracy '1 % + 0.2 µA'`]),
    ],
  };
}

function asInferences(rateHz: number): (window: SurveyedWindow, index: number) => InferenceWindow {
  return ({ inferences: runs, ...figures }, vector) => ({
    ...figures,
    boot: 0,
    vector,
    runs,
    by: 'file',
    uncertaintyUs: 1e6 / rateHz,
  });
}

function unknownSupply(quantity: 'current' | 'energy'): string {
  const lost = quantity === 'current' ? 'energy' : 'current and charge';
  return `nobody knows the supply's voltage, so that there is no ${lost}: write --supply 3.3V`;
}
