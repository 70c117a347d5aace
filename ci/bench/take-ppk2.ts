// Takes a PPK2's stream to disk and does nothing else: PORT FOLDER SECONDS. What it cost is printed.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../../harness/pause.ts';
import { ppk2Meter } from '../../harness/power/ppk2.ts';
import { traceFiles } from '../../harness/recording/trace.ts';
import { openTraceWriter } from '../../harness/recording/trace-writer.ts';

export interface Capture {
  /** From its start to its end. */
  readonly cpuS: number;
  readonly wallS: number;
  /** Until it was told to stop. */
  readonly measuredS: number;
  /** That came. */
  readonly samples: number;
  /** That did not, by what the meter's driver tells. */
  readonly told: number;
  /** Values in the file, those that did not come included. */
  readonly written: number;
}

const [path = '', folder = '', seconds = ''] = process.argv.slice(2);
const { signal } = new AbortController();
const meter = await ppk2Meter({ name: 'bench', port: { path }, mode: 'source', supplyMv: 3300 }).open(signal);
await meter.supply?.(true);

const before = process.cpuUsage();
let startMs = performance.now();
let samples = 0;
let told = 0;
const take = async (): Promise<void> => {
  const { quantity, unit, rateHz } = meter.stream;
  const facts = { tickmark: 1, quantity, unit, rateHz, meter: meter.facts } as const;
  using writer = openTraceWriter(folder, facts, () => performance.now() - startMs);
  for await (const reading of meter.readings) {
    writer.take(reading);
    if (reading.kind === 'samples') samples += reading.values.length;
    else if ('samples' in reading) told += reading.samples;
  }
};
const taking = take();
await meter.start();
startMs = performance.now();
await pause(Number(seconds) * 1000, signal);
const measuredS = (performance.now() - startMs) / 1000;
await meter.stop();
await taking;
const { user, system } = process.cpuUsage(before);
const wallS = (performance.now() - startMs) / 1000;
await meter[Symbol.asyncDispose]();
const written = statSync(join(folder, traceFiles.samples)).size / 4;
const capture: Capture = { cpuS: (user + system) / 1e6, wallS, measuredS, samples, told, written };
process.stdout.write(JSON.stringify(capture));
