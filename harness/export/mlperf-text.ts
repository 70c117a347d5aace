import { type EnergyFigures, type EnergyWindow, energyOf, type MeasuredEnergy } from './mlperf-energy.ts';
import { figuresOf, medianOf } from './mlperf-figures.ts';
import type { Measured, MeasuredFile, MeasuredWindow } from './mlperf-measured.ts';
import type { Benchmark } from './mlperf-sets.ts';

/** The files of one run in a submission. */
export type RunFiles = Readonly<Record<'log.txt' | 'results.txt' | 'results.json', string>>;

/** Every file of the set inferred: results.txt as the runner of MLPerf Tiny writes it, log.txt with what the firmware printed. */
export function accuracyFiles(measured: Measured): RunFiles {
  const { files, benchmark } = measured;
  const { top1, auc = Number.NaN } = figuresOf(files);
  const say = stamped(measured);
  return {
    'log.txt': lines(...identityLines(measured), ...files.flatMap(inferenceLines)),
    'results.txt': lines(say(`Top 1% = ${top1.toFixed(1)}`), say(`AUC = ${auc.toFixed(3)}`)),
    'results.json': json(files.flatMap(file => accuracyEntries(file, benchmark))),
  };
}

/** Five windows, their lengths unaltered. */
export function performanceFiles(measured: Measured): RunFiles {
  const { windows, benchmark } = measured;
  const throughput = medianOf(windows.map(throughputOf)).toFixed(3).padStart(10);
  const say = stamped(measured);
  const rule = say('-'.repeat(57));
  const summary = [rule, say(`Median throughput is ${throughput} inf./sec.`), rule];
  return {
    'log.txt': lines(...identityLines(measured), ...windows.flatMap(windowLines)),
    'results.txt': lines(...windows.flatMap(windowResults), ...summary),
    'results.json': json(windows.map(window => performanceEntry(window, benchmark))),
  };
}

/** Five windows as a meter measured them: results.txt as the runner's print_energy_results writes it. */
export function energyFiles(measured: Measured, { windows, facts }: MeasuredEnergy): RunFiles {
  const named = windows.map(window => ({ ...window, ...inputOf(measured, window) }));
  const figures = windows.map(window => energyOf(window, facts.rateHz));
  const medianUj = 1e6 * medianOf(figures.map(({ perInferenceJ }) => perInferenceJ));
  const rule = '-'.repeat(57);
  return {
    'log.txt': lines(
      ...identityLines(measured),
      ...meterLines(facts),
      'Of a build of its own: accuracy and performance are of another one, and of other inferences.',
      ...named.flatMap(energyLines),
    ),
    'results.txt': lines(
      'Power Edition Output',
      ...figures.flatMap((figure, index) =>
        energyResults(figure, { index, iterations: windows[index]?.iterations ?? 0 }),
      ),
      rule,
      `Median energy cost is ${medianUj.toFixed(4)} uJ/inf.`,
      rule,
    ),
    'results.json': json(named.map(window => energyEntry(window, measured.benchmark, facts))),
  };
}

type NamedWindow = EnergyWindow & ReturnType<typeof inputOf>;

/** The values of a window are those of its input: they were printed for the same bytes before. */
function inputOf({ files }: Measured, { vector }: EnergyWindow) {
  const before = files.flatMap(file => file.inferences.map((inference, segment) => ({ file, inference, segment })));
  const found = before.find(({ inference }) => inference.vector === vector);
  const { file, segment = 0, inference } = found ?? {};
  return { file: file?.name ?? '', label: file?.label ?? 0, segment, results: inference?.results ?? [] };
}

function meterLines({ meter, supplyMv = 0, rateHz, unit }: MeasuredEnergy['facts']): string[] {
  const { title, firmware = 'unknown', serial } = meter;
  const number = serial === undefined ? '' : `, board ${serial}`;
  return [`Power by ${title}, firmware ${firmware}${number}: ${supplyMv / 1000} V, ${rateHz} samples/s in ${unit}`];
}

function energyLines(window: NamedWindow): string[] {
  const { file, segment, edges, samplesJ } = window;
  return [
    `Loading file ${file} segment ${segment}`,
    ...printedLines(window),
    `  Captured samples:${samplesJ.length} timestamps:${edges.length}`,
  ];
}

function energyResults(
  { elapsedS, totalJ, perInferenceJ }: EnergyFigures,
  { index, iterations }: { readonly index: number; readonly iterations: number },
): string[] {
  return [
    `Energy data for trial ${index}`,
    `  Elapsed time  : ${decimal(elapsedS)}`,
    `  Inferences    : ${iterations}`,
    `  Power         : ${((1e3 * totalJ) / elapsedS).toFixed(4)} mW.`,
    `  Total Energy  : ${(totalJ * 1e6).toFixed(3)} uJ`,
    `  Energy/Inf    : ${(perInferenceJ * 1e6).toFixed(3)} uJ/inf`,
  ];
}

function energyEntry(
  { file, label, results, iterations, warmups, samplesJ, edges }: NamedWindow,
  benchmark: Benchmark,
  { supplyMv = 0 }: MeasuredEnergy['facts'],
): object {
  const timestamps = edges.map(([counter, sample]) => [String(counter).padStart(2, '0'), sample]);
  return {
    ...truthEntry({ file, label, segments: 1 }, benchmark),
    infer: { results: results.map(Number), total_inferences: 1, iterations, warmups },
    power: { samples: samplesJ, timestamps, extracted_power: null, voltage: supplyMv / 1000 },
    mode: 'e',
  };
}

/** The checker takes a line by what comes after a blank, so the runner's stamp in front is not to be left out: `0131.235959 ulp-mlperf: `. */
function stamped({ finishedAt }: Measured): (text: string) => string {
  const [, month = '', day = '', ...time] = finishedAt.split(/\D/);
  return text => `${month}${day}.${time.slice(0, 3).join('')} ulp-mlperf: ${text}`;
}

function identityLines({ identity }: Measured): string[] {
  const { vendor, profile, modelId, timestamps } = identity;
  return [`m-name-dut-[${vendor}]`, `m-profile-[${profile}]`, `m-model-[${modelId}]`, `m-timestamp-mode-${timestamps}`];
}

interface Inferred {
  readonly iterations: number;
  readonly warmups: number;
  readonly lap0Us?: number;
  readonly lap1Us?: number;
  readonly results: readonly string[];
}

const once = { iterations: 1, warmups: 0 };

function inferenceLines({ name, inferences }: MeasuredFile): string[] {
  return inferences.flatMap((inference, segment) => [
    `Loading file ${name} segment ${segment}`,
    ...printedLines({ ...once, ...inference }),
  ]);
}

function windowLines(window: MeasuredWindow): string[] {
  return [`Loading file ${window.file} segment ${window.segment}`, ...printedLines(window)];
}

function printedLines({ iterations, warmups, lap0Us, lap1Us, results }: Inferred): string[] {
  const laps = [lap0Us, lap1Us].flatMap(lapUs => (lapUs === undefined ? [] : [`m-lap-us-${lapUs}`]));
  return [
    `Running inference with ${warmups}/${iterations} (warmup/measured) iterations ...`,
    ...laps,
    `m-results-[${results.join(',')}]`,
  ];
}

function windowResults(window: MeasuredWindow, index: number): string[] {
  return [
    `Performance results for window ${index + 1}`,
    `    # Inferences : ${window.iterations}`,
    `    Runtime: ${decimal(window.lengthUs / 1e6)} sec.`,
    `    Throughput: ${decimal(throughputOf(window))} inf./sec.`,
    '    Runtime requirements have been met.',
  ];
}

/** Inferences a second. */
function throughputOf({ iterations, lengthUs }: MeasuredWindow): number {
  return iterations / (lengthUs / 1e6);
}

/** As Python writes a float. */
function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

function accuracyEntries({ name, label, inferences }: MeasuredFile, benchmark: Benchmark): object[] {
  const truth = truthEntry({ file: name, label, segments: inferences.length }, benchmark);
  return inferences.map(({ lap0Us, lap1Us, results }) => ({
    ...truth,
    infer: {
      ...(lap0Us !== undefined && lap1Us !== undefined && timeEntry(lap0Us, lap1Us)),
      results: results.map(Number),
      total_inferences: 1,
      ...once,
    },
    mode: 'a',
  }));
}

function performanceEntry(window: MeasuredWindow, benchmark: Benchmark): object {
  const { file, label, lap0Us, lap1Us, results, iterations, warmups } = window;
  return {
    ...truthEntry({ file, label, segments: 1 }, benchmark),
    infer: {
      ...timeEntry(lap0Us, lap1Us),
      results: results.map(Number),
      total_inferences: 1,
      iterations,
      warmups,
      throughput: throughputOf(window),
    },
    mode: 'p',
  };
}

interface InputFile {
  readonly file: string;
  readonly label: number;
  readonly segments: number;
}

/** A line of y_labels.csv, as the runner reads it: all of it text. */
function truthEntry({ file, label, segments }: InputFile, { results, windows }: Benchmark): object {
  return {
    file,
    classes: String(windows ? 2 : results),
    class: String(label),
    bytes_to_send: windows ? String(windows.bytes) : null,
    stride: windows ? String(windows.strideBytes) : null,
    total_length: windows ? segments : null,
  };
}

function timeEntry(startUs: number, endUs: number): object {
  return { start_time: startUs, end_time: endUs, elapsed_time: (endUs - startUs + 2 ** 32) % 2 ** 32 };
}

function lines(...all: readonly string[]): string {
  return all.map(line => `${line}\n`).join('');
}

function json(content: readonly object[]): string {
  return `${JSON.stringify(content, null, 1)}\n`;
}
