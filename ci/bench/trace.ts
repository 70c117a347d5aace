// Figures of a capture's windows, against numpy: the same to the last printed digit, in how much of its time, and in how much memory.
import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { traceFiles } from '../../harness/recording/trace.ts';
import { capture, writeCapture } from './captures.ts';
import { promised, row, skipped, timed } from './rows.ts';
import { type Program, pythonWith, run, sideBySide } from './side-by-side.ts';

const limits = { timesNumpy: 1.5, peakMb: 100 };
const longSamples = 400_000_000;

export async function benchTrace(): Promise<void> {
  const python = await pythonWith('numpy');
  if (python === undefined) return skipped('figures of a capture', 'python3-numpy is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-bench-'));
  try {
    const { seconds } = await timed(async () => writeCapture(folder));
    row('a capture, written', `${(capture.samples / seconds / 1e6).toFixed(0)} MS/s`);
    await benchWindows(folder, python);
    await benchWhole(folder, python);
    await benchLong(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function benchWindows(folder: string, python: string): Promise<void> {
  const { windows, windowSamples } = capture;
  const places = [folder, windows, windowSamples].map(String);
  const { ours, theirs } = await sideBySide(tickmark(places), numpy(python, places));
  const what = `float32, ${windows} windows of ${capture.samples / 1e6} MS`;
  promised(what, secondsOf(ours), ours.seconds / theirs.seconds / limits.timesNumpy);
  row('the same by numpy memmap', secondsOf(theirs), `${(ours.seconds / theirs.seconds).toFixed(2)} of its time`);
  row('whole processes, ours and numpy', `${ours.wholeS.toFixed(2)}, ${theirs.wholeS.toFixed(2)} s`);
  promised(`${what}, peak memory`, `${ours.peakMb.toFixed(0)} MB`, ours.peakMb / limits.peakMb);
  row('the same by numpy memmap', `${theirs.peakMb.toFixed(0)} MB`);
}

async function benchWhole(folder: string, python: string): Promise<void> {
  const places = [folder, 1, capture.samples].map(String);
  const { ours, theirs } = await sideBySide(tickmark(places), numpy(python, places));
  const remark = `numpy: ${secondsOf(theirs)}, ${theirs.peakMb.toFixed(0)} MB`;
  row('float32, the whole as one window', secondsOf(ours), remark);
  promised(
    'float32, the whole as one window, peak memory',
    `${ours.peakMb.toFixed(0)} MB`,
    ours.peakMb / limits.peakMb,
  );
}

/** The rest of it takes no room on the disk. */
async function benchLong(folder: string): Promise<void> {
  truncateSync(join(folder, traceFiles.samples), longSamples * 4);
  const { peakMb } = await run(tickmark([folder, '1', String(longSamples)]));
  const what = `float32, ${longSamples / 1e6} MS as one window, peak memory`;
  promised(what, `${peakMb.toFixed(0)} MB`, peakMb / limits.peakMb);
}

function tickmark(places: readonly string[]): Program {
  return { command: process.execPath, args: [join(import.meta.dirname, 'trace-figures.mjs'), ...places] };
}

function numpy(python: string, places: readonly string[]): Program {
  return { command: python, args: [join(import.meta.dirname, 'trace-figures.py'), ...places] };
}

function secondsOf(cost: { readonly seconds: number }): string {
  return `${cost.seconds.toFixed(3)} s`;
}
