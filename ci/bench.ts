// What Tickmark promises of its speed, each as a ratio to its limit, measured side by side in one run.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bench } from 'tinybench';
import { dataDir } from '../harness/fixtures/data.ts';
import { createInterpreter } from '../harness/model/interpreter.ts';
import { readModel } from '../harness/model/tflite.ts';
import type { Results } from '../harness/report/results.ts';

const limits = { goldenKwsMs: 8, firstVerdictS: 3 };

async function goldenMs(modelPath: string): Promise<number> {
  const interpreter = createInterpreter(readModel(readFileSync(modelPath), modelPath), modelPath);
  const input = interpreter.inputs.map(tensor => new Int8Array(tensor.shape.reduce((a, b) => a * b, 1)).fill(17));
  const bench = new Bench({ time: 0, iterations: 100, warmupIterations: 20, warmupTime: 0, throws: true });
  bench.add('golden', () => void interpreter.invoke(input), { async: false });
  await bench.run();
  const result = bench.tasks[0]?.result;
  if (!result || !('latency' in result)) throw new Error('the bench did not finish');
  return result.latency.p50;
}

/** Seconds from `npx tickmark run` to its first verdict, and to its end. */
async function wholeRun(out: string): Promise<{ firstVerdictS: number; wholeS: number }> {
  const startMs = performance.now();
  const run = spawn('npx', ['tickmark', 'run', '--out', out], { stdio: ['ignore', 'pipe', 'inherit'] });
  let firstVerdictS = Number.NaN;
  for await (const chunk of run.stdout as AsyncIterable<Buffer>) {
    if (Number.isNaN(firstVerdictS) && /(passed|failed|broken|inconclusive)/.test(chunk.toString()))
      firstVerdictS = (performance.now() - startMs) / 1000;
  }
  return { firstVerdictS, wholeS: (performance.now() - startMs) / 1000 };
}

function row(what: string, value: string, ratio = ''): void {
  process.stdout.write(`${what.padEnd(48)} ${value.padStart(14)}  ${ratio}\n`);
}

const kws = dataDir && join(dataDir, 'kws01/kws_ref_model.tflite');
if (kws && existsSync(kws)) {
  const ms = await goldenMs(kws);
  row('golden, KWS, one inference', `${ms.toFixed(2)} ms`, `${(ms / limits.goldenKwsMs).toFixed(2)} of the limit`);
}
for (const model of ['suites/vibration-anomaly/anomaly_int8.tflite', 'suites/fashion/fashion_int8.tflite'])
  row(`golden, ${model.split('/')[1]}, one inference`, `${(await goldenMs(model)).toFixed(3)} ms`);

const out = mkdtempSync(join(tmpdir(), 'tickmark-bench-'));
const { firstVerdictS, wholeS } = await wholeRun(out);
row(
  'npx tickmark run, to the first verdict',
  `${firstVerdictS.toFixed(2)} s`,
  `${(firstVerdictS / limits.firstVerdictS).toFixed(2)} of the limit`,
);
row('npx tickmark run, whole', `${wholeS.toFixed(2)} s`);

const { cases } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
for (const { suite, target, metrics, durationMs } of cases) {
  const { instructions, busyMs } = metrics.emulation ?? { instructions: 0, busyMs: Number.NaN };
  row(`${suite} on ${target}, emulated`, `${(instructions / busyMs / 1000).toFixed(1)} MIPS`);
  row(
    `${suite} on ${target}, inside the emulator`,
    `${((100 * busyMs) / durationMs).toFixed(0)} % of ${(durationMs / 1000).toFixed(2)} s`,
  );
}
rmSync(out, { recursive: true });
