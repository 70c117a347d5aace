import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../errors.ts';
import { openTrace } from '../recording/read-trace.ts';
import type { TraceEvent, TraceFacts } from '../recording/trace.ts';
import { consoleReporter } from '../report/console.ts';
import { figure } from '../report/figures.ts';
import { importPower as judgePower } from '../runner/import-power.ts';
import { type Capture, importTrace } from '../runner/import-trace.ts';
import type { CurrentFigures, TraceFault } from '../trace/evidence.ts';
import { type SurveyedWindow, surveyTrace, type TraceSurvey } from '../trace/survey.ts';
import { captureOf, type PowerOptions } from './power-options.ts';
import { say, sayJson, table } from './say.ts';
import { sayImported } from './say-imported.ts';

export interface ImportPowerOptions extends PowerOptions {
  readonly suite?: string;
  readonly target?: string;
  readonly out?: string;
  readonly html: boolean;
  readonly json?: boolean;
}

/** `tickmark import power`: judges a capture that somebody has kept by a suite; without one, says what is in it. Returns the exit code. */
export async function importPower(file: string, options: ImportPowerOptions): Promise<number> {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
  try {
    return await (options.suite === undefined
      ? survey(file, options, interrupt.signal)
      : judge(file, { ...options, suite: options.suite }, interrupt.signal));
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    throw error;
  }
}

function judge(
  file: string,
  { suite, target, out, html, json = false, ...options }: ImportPowerOptions & { readonly suite: string },
  signal: AbortSignal,
): Promise<number> {
  const cwd = process.cwd();
  const wanted = {
    cwd,
    suite,
    html,
    captureOf: (usual: Parameters<typeof captureOf>[2]) => captureOf(file, options, usual, cwd),
    ...(target !== undefined && { target }),
    ...(out !== undefined && { out }),
  };
  return sayImported(telling => judgePower({ ...wanted, ...telling }, signal), { json, signal });
}

async function survey(
  file: string,
  { target, out, json = false, ...options }: ImportPowerOptions,
  signal: AbortSignal,
): Promise<number> {
  const stray = Object.entries({ target, out }).find(([, value]) => value !== undefined);
  if (stray) throw new InputError('needs a suite to judge by', `--${stray.join(' ')}`, 'name one with --suite');
  const capture = captureOf(file, options, () => ['whole'], process.cwd());
  const terminal = consoleReporter(process.stderr, process.env, process.cwd());
  const found = await surveyed(capture, share => terminal.busy(`reads ${file}: ${Math.floor(100 * share)} %`), signal);
  terminal.clear();
  const code = found.faults.length > 0 ? 3 : 0;
  if (json) sayJson({ ...asJson(found), exitCode: code });
  else sayFound(found, capture.windows.kind !== 'whole');
  return code;
}

interface Found extends TraceSurvey {
  readonly facts: TraceFacts;
  readonly samples: number;
  readonly notes: readonly Extract<TraceEvent, { kind: 'note' }>[];
}

/** By way of a trace on disk, as everything that is judged: a capture may be larger than memory. */
async function surveyed(capture: Capture, onProgress: (share: number) => void, signal: AbortSignal): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-import-'));
  try {
    const busy = afterASecond(onProgress);
    const { windows } = await importTrace(folder, capture, { onProgress: busy, signal });
    using trace = openTrace(folder);
    const notes = trace.events.filter(event => event.kind === 'note');
    return { ...surveyTrace(trace, windows), facts: trace.facts, samples: trace.samples, notes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is over at once needs no word. */
function afterASecond(onProgress: (share: number) => void): (share: number) => void {
  const startMs = performance.now();
  let saidMs = startMs;
  return share => {
    const nowMs = performance.now();
    if (nowMs - startMs < 1000 || nowMs - saidMs < 100) return;
    saidMs = nowMs;
    onProgress(share);
  };
}

function asJson({ facts, samples, whole, windows, faults, doubts, notes }: Found) {
  return { facts, samples, whole, windows, faults, doubts, notes: notes.map(({ sample, text }) => ({ sample, text })) };
}

const shownLines = 20;

const columns = [
  { name: 'mean', key: 'meanMa', unit: 'mA' },
  { name: 'p50', key: 'p50Ma', unit: 'mA' },
  { name: 'p99', key: 'p99Ma', unit: 'mA' },
  { name: 'peak', key: 'peakMa', unit: 'mA' },
  { name: 'charge', key: 'chargeUc', unit: 'µC' },
  { name: 'energy', key: 'energyUj', unit: 'µJ' },
] as const;

function sayFound(found: Found, isMarked: boolean): void {
  const { facts, samples, whole, windows, faults, doubts, notes } = found;
  const supply = facts.supplyMv === undefined ? '' : `, at ${figure(facts.supplyMv, 'mV')}`;
  const length = figure((1e6 * samples) / facts.rateHz, 'µs');
  say(`${facts.meter.title}: ${samples} samples at ${figure(facts.rateHz, 'Hz')}, ${length}${supply}`);
  say(
    table([
      ['', 'begins', 'lasts', ...columns.map(({ name }) => name)],
      ...rowsOf(whole, isMarked ? windows : [], facts.rateHz),
    ]),
  );
  if (isMarked) sayPerInference(windows);
  for (const fault of faults) say(`broken: ${placed(fault, facts.rateHz)}`);
  for (const doubt of doubts) say(`mind: ${doubt}`);
  for (const { sample, text } of notes.slice(0, shownLines))
    say(`at ${figure((1e6 * sample) / facts.rateHz, 'µs', 3)}: ${text}`);
  if (notes.length > shownLines) say(`… and ${notes.length - shownLines} more notes`);
}

function placed({ what, sample }: TraceFault, rateHz: number): string {
  return sample === undefined ? what : `${what}, at ${figure((1e6 * sample) / rateHz, 'µs', 3)}`;
}

type Row = readonly string[];

function rowsOf(whole: CurrentFigures, windows: readonly SurveyedWindow[], rateHz: number): readonly Row[] {
  const rowOf = (name: string, figures: CurrentFigures): Row => [
    name,
    figure((1e6 * figures.first) / rateHz, 'µs', 3),
    figure(figures.durationUs, 'µs', 3),
    ...columns.map(({ key, unit }) => shown(figures[key], unit)),
  ];
  const shownWindows = windows.slice(0, shownLines).map((window, index) => rowOf(`window ${index + 1}`, window));
  const rest = windows.length > shownLines ? [[`… ${windows.length} in all`]] : [];
  const spread = windows.length > 1 ? spreadRows(windows) : [];
  return [...shownWindows, ...rest, ...spread, rowOf('all', whole)];
}

function spreadRows(windows: readonly SurveyedWindow[]): readonly Row[] {
  const names = ['min', 'median', 'max'] as const;
  return names.map((name, place) => [
    name,
    '',
    shown(spreadOf(windows.map(({ durationUs }) => durationUs))[place], 'µs'),
    ...columns.map(({ key, unit }) => shown(spreadOf(windows.flatMap(window => window[key] ?? []))[place], unit)),
  ]);
}

/** Least, median and most. */
function spreadOf(values: readonly number[]): readonly [number?, number?, number?] {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? [] : [sorted[0], (low + high) / 2, sorted.at(-1)];
}

function shown(value: number | undefined, unit: string): string {
  return value === undefined ? '–' : figure(value, unit, 3);
}

function sayPerInference(windows: readonly SurveyedWindow[]): void {
  const inferences = windows.reduce((sum, window) => sum + window.inferences, 0);
  const total = (key: 'chargeUc' | 'energyUj') =>
    windows.every(window => window[key] !== undefined)
      ? windows.reduce((sum, window) => sum + (window[key] ?? 0), 0)
      : undefined;
  const [charge, energy] = [total('chargeUc'), total('energyUj')];
  const each = [
    charge === undefined ? [] : figure(charge / inferences, 'µC', 3),
    energy === undefined ? [] : figure(energy / inferences, 'µJ', 3),
  ].flat();
  const count = `${windows.length} window${windows.length === 1 ? '' : 's'}, ${inferences} inference${inferences === 1 ? '' : 's'}`;
  say(each.length === 0 ? count : `${count}: ${each.join(', ')} each`);
}
