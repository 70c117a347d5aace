import type { Accuracy } from '../../recording/trace.ts';
import type { CurrentEvidence, CurrentFigures, DutyCycle, InferenceWindow, Spoilt } from '../../trace/evidence.ts';
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
      dutyCycle: currentOfPeriods(dutyCycle, { accuracy, awakeMa: inference?.mean?.value, sleep }),
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

interface Levels {
  readonly accuracy: Accuracy | undefined;
  /** In inferences; absent where that is not known: then as much as the largest there is. */
  readonly awakeMa: number | undefined;
  readonly sleep: CurrentFigures | undefined;
}

/** Each end is the begin of an inference: where that is uncertain, an inference is counted too much of, or too little. */
function currentOfPeriods(dutyCycle: DutyCycle, { accuracy, awakeMa, sleep }: Levels): CurrentMetrics['dutyCycle'] {
  const { periods, periodUs, uncertaintyUs, durationUs, peakMa = 0 } = dutyCycle;
  const stepMa = Math.abs((awakeMa ?? peakMa) - (sleep?.meanMa ?? 0));
  return { ...currentOf(dutyCycle, accuracy, periods, (2 * uncertaintyUs * stepMa) / durationUs), periodUs };
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
  const largest = (key: 'p50Ma' | 'p99Ma' | 'peakMa') =>
    windows.reduce((most, window) => Math.max(most, window[key] ?? most), Number.NEGATIVE_INFINITY);
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
