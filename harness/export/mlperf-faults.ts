import { ruleIterations, ruleMs, ruleWindows, windowUs } from '../verdict/windows.ts';
import type { ExportedCase, SubmissionOptions } from './mlperf.ts';
import { energyOf, isForEnergy } from './mlperf-energy.ts';
import { figuresOf } from './mlperf-figures.ts';
import { countFiles, measuredOf, measuredWindows } from './mlperf-measured.ts';
import { type Benchmark, benchmarks } from './mlperf-sets.ts';

/** What stands in the way of submitting a case, a sentence each. */
export function caseFaults({ recording, ...each }: ExportedCase, options: SubmissionOptions): string[] {
  const { mlperf } = recording?.manifest ?? {};
  const isBad = each.status === 'broken' || each.status === 'failed';
  const bad = isBad ? [`it is ${each.status}: see its report, and run it again`] : [];
  if (!recording || !mlperf)
    return isBad ? bad : [`it is ${each.status}: its firmware never said who it is; run it again`];
  const benchmark = benchmarks[mlperf.modelId];
  if (!benchmark)
    return [
      `its firmware has the model "${mlperf.modelId}", and MLPerf Tiny has ${Object.keys(benchmarks).join(', ')}`,
    ];
  const recorded = { ...each, recording };
  if (isForEnergy(recorded, options)) return [...bad, ...sessionFaults(recorded, isBad), ...energyFaults(recorded)];
  const faults = [...bad, ...sessionFaults(recorded, isBad), ...setFaults(recorded, benchmark)];
  return [
    ...faults,
    ...(faults.length === 0 ? qualityFaults(recorded, benchmark, options) : []),
    ...windowFaults(recorded),
  ];
}

type RecordedCase = ExportedCase & Required<Pick<ExportedCase, 'recording'>>;

function sessionFaults({ recording, vectorsSha256 }: RecordedCase, isToldBad: boolean): string[] {
  const { outcome, basis, vectors } = recording.manifest;
  return [
    ...(outcome.status === 'complete' || isToldBad ? [] : [`its measurement is not complete: ${outcome.reason}`]),
    ...(basis === 'silicon' ? [] : [`its clock counts ${basis}, and a submission is of hardware`]),
    ...(vectors?.sha256 === vectorsSha256
      ? []
      : ["the suite's inputs have changed since it was measured: run it again"]),
  ];
}

/** The checker counts no files. */
function setFaults({ recording, truth }: RecordedCase, { files, folder, results, windows }: Benchmark): string[] {
  const faults: string[] = [];
  const count = countFiles(recording, truth);
  if (!files.includes(count))
    faults.push(`${count} input files were inferred, and the set of ${folder} has ${files.join(' or ')}`);
  if (windows && !truth.sources)
    faults.push('its suite does not say which windows are of one file: give the files as a folder, with `window`');
  const short = windows && truth.sources?.find(({ count: cut }) => cut !== windows.count);
  if (short)
    faults.push(
      `${short.name} was cut into ${short.count} windows, and the runner cuts ${windows.count}: take size 5 and hop 1`,
    );
  if (!truth.labels) faults.push('its suite has no labels');
  const printed = new Map(
    recording.samples.flatMap(sample => (sample.kind === 'printed' ? [[sample.vector, sample] as const] : [])),
  );
  const { count: vectors } = recording.manifest.vectors ?? { count: 0 };
  const missing = vectors - printed.size;
  if (missing > 0) faults.push(`${missing} of its ${vectors} vectors have no result`);
  const odd = [...printed.values()].find(
    sample => sample.results.length !== results || !sample.results.every(isNumber),
  );
  if (odd)
    faults.push(
      `vector ${odd.vector} has the results "${odd.results.join(',')}", and ${folder} prints ${results} numbers`,
    );
  return faults;
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}

/** In the open division any quality is taken. */
function qualityFaults(each: RecordedCase, benchmark: Benchmark, { division }: SubmissionOptions): string[] {
  const { top1, auc } = figuresOf(measuredOf(each, benchmark).files);
  if (auc === undefined) return ['a class has no file: it is not the whole set'];
  const { metric, least } = benchmark.quality;
  const figure = metric === 'AUC' ? auc : top1;
  if (division === 'open' || figure >= least) return [];
  const shown = metric === 'AUC' ? figure.toFixed(3) : `${figure.toFixed(1)} %`;
  return [`its ${metric} is ${shown}, and the closed division asks for ${least}: submit it with --division open`];
}

/** The checker reads no window. */
function windowFaults({ recording }: RecordedCase): string[] {
  if (recording.manifest.mlperf?.timestamps === 'energy')
    return ['no windows were timed: its firmware is a build for energy, and a submission needs one for performance'];
  return ruleFaults(
    measuredWindows(recording).map(window => ({ ...window, lengthUs: windowUs(window) })),
    'timed',
  );
}

interface RuledWindow {
  readonly vector: number;
  readonly iterations: number;
  readonly lengthUs: number;
}

function ruleFaults(windows: readonly RuledWindow[], how: 'timed' | 'metered'): string[] {
  const faults =
    windows.length === ruleWindows
      ? []
      : [`it has ${windows.length} ${how} windows, and the rules want ${ruleWindows}`];
  const inputs = new Set(windows.map(({ vector }) => vector)).size;
  if (faults.length === 0 && inputs < ruleWindows)
    faults.push(`its windows are of ${inputs} inputs, and the rules want ${ruleWindows}`);
  for (const [index, { iterations, lengthUs }] of windows.entries()) {
    if (lengthUs < ruleMs * 1000)
      faults.push(`window ${index + 1} lasted ${lengthUs / 1e6} s, and the rules want ${ruleMs / 1000} s`);
    if (iterations < ruleIterations)
      faults.push(`window ${index + 1} has ${iterations} iterations, and the rules want ${ruleIterations}`);
  }
  return faults;
}

/** Samples of MLPerf Tiny's power monitor: the energy of a millisecond each. */
const ruleRateHz = 1000;

function energyFaults({ energy }: RecordedCase): string[] {
  if (!energy) return ['no meter measured it: give its board file a `meter`, and its suite a budget of energy'];
  const { facts, faults, windows } = energy;
  if (facts.quantity !== 'energy' || facts.rateHz !== ruleRateHz)
    return [
      `its meter sampled ${facts.quantity} at ${facts.rateHz} Hz, and MLPerf Tiny takes energy at ${ruleRateHz} Hz: an lpm01a with \`output: energy\` and \`rate: 1 kHz\``,
    ];
  const measured = windows.map(window => ({
    ...window,
    lengthUs: Math.round(1e6 * energyOf(window, facts.rateHz).elapsedS),
  }));
  const lost = windows.flatMap(({ samplesJ }, index) =>
    samplesJ.some(Number.isNaN) ? [`window ${index + 1} lacks samples`] : [],
  );
  return [...faults.map(fault => `of its trace: ${fault}`), ...lost, ...ruleFaults(measured, 'metered')];
}
