import { type Basis, formatApart, formatQuantity } from '../units.ts';
import type { Ticks } from './latency.ts';
import type { LatencyMetrics, Verdict, WindowMetrics } from './result.ts';
import type { Session } from './session.ts';
import { ascending, mean, percentile } from './stats.ts';

/** MLPerf Tiny's rule for a window: both. */
export const ruleMs = 10_000;
export const ruleIterations = 10;
/** … and for a result: a window each of as many inputs. */
export const ruleWindows = 5;

type Window = Session['windows'][number];

/** From one reading of the DUT's clock in µs to the next, which wraps at 2^32. */
export function windowUs({ lap0Us, lap1Us }: Pick<Window, 'lap0Us' | 'lap1Us'>): number {
  return (lap1Us - lap0Us + 2 ** 32) % 2 ** 32;
}

/** What firmware that times itself took, as the DUT printed it, and what of that is printing. */
export function measureWindows({ windows }: Session): WindowMetrics | undefined {
  const measured = windows.filter(({ purpose }) => purpose === 'measured');
  if (measured.length === 0) return undefined;
  const pair = pairOf(windows);
  return {
    windows: measured.map(window => ({
      vector: window.vector,
      iterations: window.iterations,
      warmups: window.warmups,
      elapsedUs: windowUs(window),
    })),
    medianThroughput: percentile(ascending(measured.map(throughputOf)), 50),
    ...(pair && { printUs: pair.printUs }),
  };
}

/** Latencies by the inference: the mean of each window, printing included. Figures are of what was printed; only `ticks` are rounded. */
export function measureWindowLatency({ windows }: Session, basis: Basis): LatencyMetrics | undefined {
  const measured = windows.filter(({ purpose }) => purpose === 'measured');
  if (measured.length === 0 || (basis !== 'silicon' && basis !== 'host')) return undefined;
  const eachUs = measured.map(window => windowUs(window) / window.iterations);
  const sorted = ascending(eachUs);
  return {
    basis,
    tickHz: 1e6,
    unit: 'µs',
    count: eachUs.length,
    min: percentile(sorted, 0),
    p50: percentile(sorted, 50),
    p90: percentile(sorted, 90),
    p99: percentile(sorted, 99),
    max: percentile(sorted, 100),
    mean: mean(eachUs),
    ticks: eachUs.map(us => Math.max(Math.round(us), 1)),
  };
}

/** What to know of the windows behind a latency, and why they are too little to judge by: too few, too short, or of too few inferences. */
export function windowedOf(metrics: WindowMetrics, wantedMs: number): NonNullable<Ticks['windowed']> {
  const { windows, printUs } = metrics;
  const doubt = windowDoubt(metrics, wantedMs * 1000);
  const printing = printUs === undefined ? '' : `; ${printingIn(windows, printUs)}`;
  return { detail: `of ${windows.length} windows${printing}`, ...(doubt !== undefined && { doubt }) };
}

/** `1.562 ms of each is printing: 2.5004 ms with it, 2.5 ms without`. */
function printingIn(windows: WindowMetrics['windows'], printUs: number): string {
  const [printed, without] = [medianUs(windows, 0), medianUs(windows, printUs)];
  const texts = formatApart(printed, without, 'µs');
  return `${formatQuantity(printUs, 'µs', 3)} of each is printing: ${texts.measured} with it, ${texts.limit} without`;
}

function medianUs(windows: WindowMetrics['windows'], printUs: number): number {
  return percentile(ascending(windows.map(({ elapsedUs, iterations }) => (elapsedUs - printUs) / iterations)), 50);
}

function windowDoubt({ windows }: WindowMetrics, wantedUs: number): string | undefined {
  if (windows.length < ruleWindows) return `${windows.length} of ${ruleWindows} windows were taken`;
  for (const [index, { elapsedUs, iterations }] of windows.entries()) {
    const texts = formatApart(elapsedUs, wantedUs, 'µs');
    if (elapsedUs < wantedUs) return `window ${index} took ${texts.measured}, and has to last ${texts.limit}`;
    if (iterations < ruleIterations)
      return `window ${index} has ${iterations} iterations, and a window takes ${ruleIterations}`;
  }
  return undefined;
}

/** The clock may differ from the host's by so much: no crystal does, nor do most oscillators of chips. */
const allowedPercent = 5;
/** The host hears a reading late by what its driver gathers, and by other work. */
const jitterUs = 20_000;

/**
 * Whether the clock of firmware that times itself counts µs: `rig.tickCounter`. It moves, twice the inferences take longer by as much again,
 * and all windows together took as long by the host's clock within 5 %. Undefined where no window was taken.
 */
export function judgeLapClock({ windows }: Session, basis: Basis): Verdict | undefined {
  if (windows.length === 0) return undefined;
  const still = windows.find(window => windowUs(window) === 0);
  if (still) {
    const host = `${seconds(still.hostUs)} by the host's`;
    return verdictOf(
      basis,
      'broken',
      `the tick counter stands still: ${still.iterations} inferences took 0 µs by it, and ${host}`,
    );
  }
  const pair = pairOf(windows);
  if (pair && !(pair.eachUs > 0)) {
    const { iterations, singleUs, doubleUs } = pair;
    const sentence = `${iterations} inferences took ${singleUs} µs and ${2 * iterations} took ${doubleUs} µs`;
    return verdictOf(basis, 'broken', `the tick counter does not count the work: ${sentence}`);
  }
  return judgeRate(windows, basis);
}

function judgeRate(windows: Session['windows'], basis: Basis): Verdict {
  const [ownUs, hostUs] = [sum(windows.map(windowUs)), sum(windows.map(window => window.hostUs))];
  const percent = Number(((100 * Math.abs(ownUs - hostUs)) / hostUs).toPrecision(3));
  const sentence = `${windows.length} windows took ${seconds(ownUs)} by the DUT's clock and ${seconds(hostUs)} by the host's: ${percent} % apart, allowed ${allowedPercent} %`;
  const isOff = Math.abs(ownUs - hostUs) > (allowedPercent / 100) * hostUs + jitterUs * windows.length;
  if (isOff) return verdictOf(basis, 'broken', `${sentence}; its µs are none`, percent);
  return verdictOf(basis, 'passed', sentence, percent);
}

interface Pair {
  readonly iterations: number;
  readonly singleUs: number;
  readonly doubleUs: number;
  /** Of an inference, and of what does not grow with them: elapsed(N) = print + N × each. */
  readonly eachUs: number;
  readonly printUs: number;
}

/** What a window of N inferences and one of 2N say together. */
function pairOf(windows: Session['windows']): Pair | undefined {
  const [single, double] = windows.filter(({ purpose }) => purpose === 'scaling');
  if (!single || !double) return undefined;
  const [singleUs, doubleUs] = [windowUs(single), windowUs(double)];
  const { iterations } = single;
  return {
    iterations,
    singleUs,
    doubleUs,
    eachUs: (doubleUs - singleUs) / iterations,
    printUs: 2 * singleUs - doubleUs,
  };
}

function throughputOf(window: Window): number {
  return (1e6 * window.iterations) / windowUs(window);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function seconds(us: number): string {
  return `${Number((us / 1e6).toPrecision(4))} s`;
}

function verdictOf(basis: Basis, status: Verdict['status'], reason: string, measured: number | null = null): Verdict {
  const limit = { relation: '<=', limit: allowedPercent, unit: '%' } as const;
  return { budget: 'rig.tickCounter', status, measured, ...limit, basis, optional: false, reason };
}
