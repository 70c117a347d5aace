import type { Accuracy } from '../../recording/trace.ts';
import type { CurrentEvidence, CurrentFigures, InferenceWindow, Spoilt } from '../../trace/evidence.ts';
import type { CurrentMetrics, WindowCurrent } from '../result.ts';
import { faultOf } from './faults.ts';
import { currentError, within } from './interval.ts';
import { measureLengths } from './lengths.ts';
import { chargePerInference, energyPerInference } from './per-inference.ts';

/** What a trace tells of a case, with intervals from the meter's accuracy; what one of its faults touches is left out. */
export function measureCurrent(evidence: CurrentEvidence, agreementPercent: number): CurrentMetrics {
  const { facts, samples, clock } = evidence;
  const { accuracy } = facts.meter;
  const sound = (...taken: readonly Spoilt[]) => faultOf(evidence, taken) === undefined;
  const sleep = sound('sleep') ? evidence.sleep : undefined;
  const dutyCycle = sound('dutyCycle') ? evidence.dutyCycle : undefined;
  const application = sound('application') ? evidence.application : undefined;
  const windows = sound('inference') ? evidence.inferences : [];
  const inference = currentOfAll(windows, sleep, accuracy);
  const charge = chargePerInference({ windows, sleep }, facts);
  const energy = sound('energy') ? energyPerInference({ windows, sleep }, facts) : undefined;
  const placed = loosest(windows);
  const lengths = measureLengths(windows, agreementPercent);
  return {
    basis: 'measured',
    samples,
    rateHz: facts.rateHz,
    ...(inference && { inference }),
    ...(dutyCycle?.meanMa !== undefined && {
      dutyCycle: { ...currentOf(dutyCycle, accuracy, dutyCycle.periods), periodUs: dutyCycle.periodUs },
    }),
    ...(application?.meanMa !== undefined && { application: currentOf(application, accuracy) }),
    ...(sleep?.meanMa !== undefined && { sleep: currentOf(sleep, accuracy) }),
    ...(charge && { charge }),
    ...(energy && { energy }),
    ...(placed && { placed }),
    ...(clock && { clock }),
    ...(lengths && { lengths }),
  };
}

type Currents = Pick<CurrentFigures, 'durationUs' | 'meanMa' | 'p50Ma' | 'p99Ma' | 'peakMa'>;

function currentOf(figures: Currents, accuracy: Accuracy | undefined, windows = 1, misplacedMa = 0): WindowCurrent {
  const { durationUs, meanMa, p50Ma, p99Ma, peakMa } = figures;
  const read = (value: number, also = 0) => {
    const error = currentError(value, accuracy);
    return within(value, error === undefined ? undefined : error + also);
  };
  return {
    windows,
    durationUs,
    ...(meanMa !== undefined && { mean: read(meanMa, misplacedMa) }),
    ...(p50Ma !== undefined && { p50: read(p50Ma) }),
    ...(p99Ma !== undefined && { p99: read(p99Ma) }),
    ...(peakMa !== undefined && { peak: read(peakMa) }),
  };
}

/** Of all windows: the mean by time; of percentiles and peaks the largest that one of them has. Undefined where they have no currents. */
function currentOfAll(
  windows: readonly InferenceWindow[],
  sleep: CurrentFigures | undefined,
  accuracy: Accuracy | undefined,
): CurrentMetrics['inference'] {
  if (windows.length === 0 || windows.some(({ meanMa }) => meanMa === undefined)) return undefined;
  const durationUs = sum(windows.map(window => window.durationUs));
  const byTime = (value: (window: InferenceWindow) => number) => sum(windows.map(value)) / durationUs;
  const largest = (key: 'p50Ma' | 'p99Ma' | 'peakMa') => Math.max(...windows.map(window => window[key] ?? 0));
  const figures = {
    durationUs,
    meanMa: byTime(window => (window.meanMa ?? 0) * window.durationUs),
    p50Ma: largest('p50Ma'),
    p99Ma: largest('p99Ma'),
    peakMa: largest('peakMa'),
  };
  // at an uncertain end the DUT may have been asleep where it is taken to infer, or the other way round
  const stepMa = ({ meanMa = 0 }: InferenceWindow) => Math.abs(meanMa - (sleep?.meanMa ?? 0));
  const misplacedMa = byTime(window => 2 * window.uncertaintyUs * stepMa(window));
  const runs = sum(windows.map(window => window.runs));
  return { ...currentOf(figures, accuracy, windows.length, misplacedMa), runs };
}

function loosest(windows: readonly InferenceWindow[]): CurrentMetrics['placed'] {
  const [worst] = windows.toSorted((a, b) => b.uncertaintyUs - a.uncertaintyUs);
  return worst && { by: worst.by, uncertaintyUs: worst.uncertaintyUs };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
