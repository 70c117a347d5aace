import type { Trace } from '../recording/read-trace.ts';
import type { Recording } from '../recording/recording.ts';
import type { Board } from '../suite/board.ts';
import type { AnySuite } from '../suite/suite.ts';
import { checkIdle } from './check-idle.ts';
import { checkRate } from './check-rate.ts';
import { checkRig } from './check-rig.ts';
import { checkSamples } from './check-samples.ts';
import { median } from './clock.ts';
import type {
  ClockFit,
  CurrentEvidence,
  CurrentFigures,
  DutyCycle,
  InferenceWindow,
  Spoilt,
  TraceFault,
} from './evidence.ts';
import { type Figured, levelOf, usedBy } from './figured.ts';
import { figuresOf } from './figures.ts';
import { type Finding, isFault } from './finding.ts';
import { cellLoadOf } from './load.ts';
import type { Periods, Places } from './places.ts';
import { placeWindows } from './windows.ts';

/** A trace with what it is of. */
export interface Analysed {
  readonly trace: Trace;
  readonly recording: Recording;
  readonly board: Board;
  readonly suite: AnySuite;
}

/**
 * What a trace tells of a case: where its windows are, what may not be taken from it and why, and the figures of the rest. The same trace and recording
 * always give the same. It takes the memory of the trace's events and of one window, at any length.
 */
export function analyseTrace({ trace, recording, board, suite }: Analysed): CurrentEvidence {
  const { facts, samples, events } = trace;
  const places = placeWindows({ facts, samples, events, recording, board });
  const isAsked = recording.samples.some(({ kind }) => kind === 'mark');
  const used = usedBy(suite, board, cellLoadOf({ dutyCycle: places.dutyCycle, isAsked }));
  const figured = { ...figuresAt(trace, places), facts, samples, events, recording, board, used };
  const { inferences, sleep, application } = figured;
  const fit = places.fit && withDut(places.fit, inferences);
  const judged = { ...figured, fit };
  // a sample that says nothing comes before what may only follow from it, such as a pulse that is not there
  const findings = [...checkSamples(judged), ...places.findings, ...checksOf(judged)].map(asUsed(used));
  const keep = keeperOf(findings);
  const periods = places.dutyCycle && figured.dutyCycle && periodsOf(places.dutyCycle, figured.dutyCycle);
  return {
    facts,
    samples,
    isAsked,
    faults: findings.filter(isFault),
    doubts: findings.flatMap(finding => (isFault(finding) ? [] : [finding.doubt])),
    ...(fit && { clock: fit }),
    inferences: inferences.map(window => keep('inference', window)),
    ...(sleep && { sleep: keep('sleep', sleep) }),
    ...(periods && { dutyCycle: keep('dutyCycle', periods) }),
    application: keep('application', application),
  };
}

/** All in one pass over the trace. */
function figuresAt(
  trace: Trace,
  { inferences, idle, dutyCycle, application }: Places,
): Pick<Figured, 'inferences' | 'idle' | 'sleep' | 'dutyCycle' | 'application'> {
  const stretches = [application, ...(dutyCycle ? [dutyCycle] : []), ...idle, ...inferences];
  const figures = figuresOf(trace, stretches);
  const others = figures.slice(1);
  const ofDuty = dutyCycle ? others.shift() : undefined;
  const ofIdle = others.splice(0, idle.length);
  return {
    inferences: inferences.map((window, index) => ({ ...window, ...ofWindow(others, index) })),
    idle: ofIdle,
    application: ofWindow(figures, 0),
    sleep: mostOf(ofIdle),
    dutyCycle: ofDuty,
  };
}

function ofWindow(figures: readonly CurrentFigures[], index: number): CurrentFigures {
  const found = figures[index];
  if (!found) throw new RangeError('figures are of all windows that were asked for');
  return found;
}

/** Of several times that the DUT was left alone the one that says the worst. */
function mostOf(idle: readonly CurrentFigures[]): CurrentFigures | undefined {
  return idle.toSorted((a, b) => (levelOf(b) ?? 0) - (levelOf(a) ?? 0))[0];
}

/** Each tells why figures may not be taken. */
const checks: readonly ((figured: Figured) => readonly Finding[])[] = [checkRate, checkIdle, checkRig];

function checksOf(figured: Figured): readonly Finding[] {
  return checks.flatMap(check => check(figured));
}

/** A window without a wire is as long as the DUT says. */
function withDut(fit: ClockFit, inferences: readonly InferenceWindow[]): ClockFit {
  const ppm = inferences.flatMap(({ dutUs, durationUs, by }) =>
    dutUs && by !== 'uart' ? [1e6 * (durationUs / dutUs - 1)] : [],
  );
  return ppm.length === 0 ? fit : { ...fit, dutPpm: median(ppm) };
}

function periodsOf({ periods, uncertaintyUs }: Periods, figures: CurrentFigures): DutyCycle {
  return { ...figures, periods, periodUs: figures.durationUs / periods, uncertaintyUs };
}

/** What spoils nothing that a budget is about breaks no case: it is told, and what it spoils has no figure all the same. */
function asUsed(used: ReadonlySet<Spoilt>): (finding: Finding) => Finding {
  return finding => {
    if (!isFault(finding) || !finding.spoils || finding.spoils.some(spoilt => used.has(spoilt))) return finding;
    return { doubt: `${finding.what}; no budget is about it`, spoils: finding.spoils };
  };
}

/** What takes figures away from what findings spoil, and leaves their place. */
function keeperOf(findings: readonly Finding[]): <T extends CurrentFigures>(kind: Spoilt, figures: T) => T {
  const faults = findings.filter(isFault);
  const isAllLost = faults.some(({ spoils }: TraceFault) => spoils === undefined);
  const spoilt = new Set(findings.flatMap(({ spoils = [] }) => spoils));
  return (kind, figures) => {
    const { meanMa: _mean, p50Ma: _p50, p99Ma: _p99, peakMa: _peak, chargeUc: _charge, energyUj, ...place } = figures;
    if (isAllLost || spoilt.has(kind)) return place as typeof figures; // whose figures may all be absent
    if (!spoilt.has('energy') || energyUj === undefined) return figures;
    const { energyUj: _energy, ...others } = figures;
    return others as typeof figures;
  };
}
