// Figures of a capture's windows out of a CSV, against pandas: the same to the last printed digit, in how much of its time, and in how much memory.
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, currents } from './captures.ts';
import { promised, row, skipped, timed } from './rows.ts';
import { type Program, pythonWith, run, sideBySide } from './side-by-side.ts';

const limits = { timesPandas: 0.5, peakMb: 100 };

export async function benchCsv(): Promise<void> {
  const python = await pythonWith('pandas');
  if (python === undefined) return skipped('figures of a CSV', 'python3-pandas is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-bench-'));
  try {
    const path = join(folder, 'capture.csv');
    const { seconds, value: bytes } = await timed(async () => writeCsv(path));
    row(
      'a capture as the Power Profiler exports it',
      `${(bytes / 1e6).toFixed(0)} MB`,
      `written in ${seconds.toFixed(0)} s`,
    );
    await benchAgainst(path, python);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The faster way of pandas counts: all at once, or in pieces that the windows do not cross. */
async function benchAgainst(path: string, python: string): Promise<void> {
  const { samples, windows, windowSamples } = capture;
  const places = [path, windows, windowSamples].map(String);
  const ours: Program = { command: process.execPath, args: [join(import.meta.dirname, 'csv-figures.mjs'), ...places] };
  const pandas = (way: string): Program => ({
    command: python,
    args: [join(import.meta.dirname, 'csv-figures.py'), way, ...places, String(samples)],
  });
  const chunks = await sideBySide(ours, pandas('chunks'));
  const whole = await run(pandas('whole')); // once: it is the slower by far
  const their = Math.min(chunks.theirs.seconds, whole.seconds);
  const what = `CSV, ${windows} windows of ${samples / 1e6} MS`;
  const { seconds, peakMb } = chunks.ours;
  promised(what, `${seconds.toFixed(2)} s`, seconds / their / limits.timesPandas);
  row(
    'the same by pandas, in chunks',
    `${chunks.theirs.seconds.toFixed(2)} s`,
    `${chunks.theirs.peakMb.toFixed(0)} MB`,
  );
  row('the same by pandas, at once', `${whole.seconds.toFixed(2)} s`, `${whole.peakMb.toFixed(0)} MB`);
  promised(`${what}, peak memory`, `${peakMb.toFixed(0)} MB`, peakMb / limits.peakMb);
}

/** `Timestamp(ms),Current(uA)`: times as shortly as they can be written, currents with three decimals. Gives its bytes. */
function writeCsv(path: string): number {
  const file = openSync(path, 'w');
  let bytes = writeSync(file, 'Timestamp(ms),Current(uA)\n');
  let sample = 0;
  for (const values of currents(capture.samples)) {
    let text = '';
    for (const value of values) text += `${sample++ / 100},${(value * 1000).toFixed(3)}\n`;
    bytes += writeSync(file, text);
  }
  closeSync(file);
  return bytes;
}
