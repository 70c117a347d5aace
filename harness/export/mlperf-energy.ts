import type { Trace } from '../recording/read-trace.ts';
import type { MarkSample, Recording } from '../recording/recording.ts';
import type { TraceFacts } from '../recording/trace.ts';
import type { Board } from '../suite/board.ts';
import type { AnySuite } from '../suite/suite.ts';
import { analyseTrace } from '../trace/analyse.ts';
import type { ExportedCase, SubmissionOptions } from './mlperf.ts';

/** What a meter measured of a build for energy. */
export interface MeasuredEnergy {
  readonly facts: TraceFacts;
  /** Why nothing may be taken from its trace. */
  readonly faults: readonly string[];
  readonly windows: readonly EnergyWindow[];
}

/** Samples around a window, as the runner gathers them: J each. */
export interface EnergyWindow {
  readonly vector: number;
  readonly iterations: number;
  readonly warmups: number;
  readonly samplesJ: readonly number[];
  /** Edges of the timestamp pin: a counter, and the samples before it. The last two are the window's. */
  readonly edges: readonly (readonly [counter: number, sample: number])[];
}

interface Of {
  readonly trace: Trace;
  readonly recording: Recording;
  readonly board: Board;
  readonly suite: AnySuite;
}

/** So much of the trace is kept before a window and after it. */
const marginSamples = 1000;

/** Finds the windows that the five requests of a build for energy asked for, where the meter saw both ends of each. */
export function measuredEnergy({ trace, recording, board, suite }: Of): MeasuredEnergy {
  const { faults, inferences } = analyseTrace({ trace, recording, board, suite });
  const marks = recording.samples.filter(
    (sample): sample is MarkSample => sample.kind === 'mark' && sample.purpose === 'window',
  );
  const edges = trace.events.flatMap(event => (event.kind === 'edge' ? [event.sample] : []));
  const windows = marks.flatMap(({ vector, runs, warmups = 0 }) => {
    const place = inferences.find(window => window.vector === vector && window.runs === runs && window.by === 'edges');
    return place ? [{ vector, iterations: runs, warmups, ...cutOut(trace, edges, place) }] : [];
  });
  return { facts: trace.facts, faults: faults.map(({ what }) => what), windows };
}

/** The edges after a window are those of the next. */
function cutOut(
  trace: Trace,
  edges: readonly number[],
  { first, end }: { readonly first: number; readonly end: number },
): Pick<EnergyWindow, 'samplesJ' | 'edges'> {
  const next = edges.find(edge => edge > end) ?? trace.samples;
  const from = Math.max(0, first - marginSamples);
  const until = Math.min(next, end + marginSamples, trace.samples);
  const values = new Float32Array(until - from);
  trace.read(from, values);
  const cut = values.subarray(0, first - from).findLastIndex(value => Number.isNaN(value)) + 1; // what is lost there is none of it
  return {
    samplesJ: [...values.subarray(cut)].map(joules),
    edges: edges.flatMap((edge, counter) =>
      edge >= from + cut && edge <= end ? [[counter, edge - from - cut] as const] : [],
    ),
  };
}

/** A sample of µJ is the decimal that the meter has sent: it has four digits, and a float32 keeps seven. */
function joules(microjoules: number): number {
  const [digits, exponent] = microjoules.toExponential(3).split('e');
  return Number(`${digits}e${Number(exponent) - 6}`);
}

/** As the runner has them, from the last two edges of a window: the sum of the samples between them, [first, end). */
export function energyOf({ samplesJ, edges, iterations }: EnergyWindow, rateHz: number): EnergyFigures {
  const [first = 0, end = 0] = edges.slice(-2).map(([, sample]) => sample);
  const totalJ = samplesJ.slice(first, end).reduce((sum, sample) => sum + sample, 0);
  const elapsedS = end / rateHz - first / rateHz;
  return { elapsedS, totalJ, perInferenceJ: totalJ / iterations };
}

export interface EnergyFigures {
  readonly elapsedS: number;
  readonly totalJ: number;
  readonly perInferenceJ: number;
}

/** Energy is measured of a build of its own, which has no clock: its results and those of the other build stand beside one another. */
export function isForEnergy({ recording }: ExportedCase, { wantsEnergy }: SubmissionOptions): boolean {
  return wantsEnergy && recording?.manifest.mlperf?.timestamps === 'energy';
}
