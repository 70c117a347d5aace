// What Tickmark promises of its speed, each as a ratio to its limit, measured side by side in one run. A promise not kept is exit code 1.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Bench } from 'tinybench';
import { dataDir } from '../harness/fixtures/data.ts';
import { manyResults } from '../harness/fixtures/results.ts';
import { createInterpreter } from '../harness/model/interpreter.ts';
import { readModel } from '../harness/model/tflite.ts';
import { writeResults } from '../harness/report/json.ts';
import type { Results } from '../harness/report/results.ts';

const limits = { goldenKwsMs: 8, firstVerdictS: 3, report5000S: 15 };

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

/** Seconds from the results.json of 5,000 cases to its report, and by which generator it was made. */
async function report5000(env: NodeJS.ProcessEnv): Promise<{ seconds: number; generator: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-bench-'));
  writeResults({ folder, results: manyResults(100) });
  const startMs = performance.now();
  const report = spawn('node', ['dist/cli.js', 'report', folder], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const said = await text(report.stdout);
  const seconds = (performance.now() - startMs) / 1000;
  rmSync(folder, { recursive: true });
  const generator = /made by (\S+)/.exec(said)?.[1];
  if (generator === undefined) throw new Error(`no report was made: ${said.slice(-500)}`);
  return { seconds, generator };
}

function row(what: string, value: string, ratio = ''): void {
  process.stdout.write(`${what.padEnd(48)} ${value.padStart(14)}  ${ratio}\n`);
}

/** A figure with a promise. */
function promised(what: string, value: string, ratio: number): void {
  row(what, value, `${ratio.toFixed(2)} of the limit${ratio > 1 ? ': EXCEEDED' : ''}`);
  if (!(ratio <= 1)) process.exitCode = 1;
}

/** Wall times of a whole process: the best of some is what the program takes, the rest is what else the machine did. */
function promisedWall(what: string, seconds: readonly number[], limitS: number): void {
  const [best, worst] = [Math.min(...seconds), Math.max(...seconds)];
  promised(what, `${best.toFixed(2)} … ${worst.toFixed(2)} s`, best / limitS);
}

const tries = 3;

async function repeated<T>(measure: () => Promise<T>): Promise<[T, ...T[]]> {
  const measured: [T, ...T[]] = [await measure()];
  while (measured.length < tries) measured.push(await measure());
  return measured;
}

const kws = dataDir && join(dataDir, 'kws01/kws_ref_model.tflite');
if (kws && existsSync(kws)) {
  const ms = await goldenMs(kws);
  promised('golden, KWS, one inference', `${ms.toFixed(2)} ms`, ms / limits.goldenKwsMs);
}
for (const model of ['suites/vibration-anomaly/anomaly_int8.tflite', 'suites/fashion/fashion_int8.tflite'])
  row(`golden, ${model.split('/')[1]}, one inference`, `${(await goldenMs(model)).toFixed(3)} ms`);

const out = mkdtempSync(join(tmpdir(), 'tickmark-bench-'));
const runs = await repeated(() => wholeRun(out));
const firstVerdicts = runs.map(({ firstVerdictS }) => firstVerdictS);
promisedWall('npx tickmark run, to the first verdict', firstVerdicts, limits.firstVerdictS);
row('npx tickmark run, whole', `${Math.min(...runs.map(({ wholeS }) => wholeS)).toFixed(2)} s`);

const { cases } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
for (const { suite, target, metrics, durationMs } of cases) {
  if (!metrics.emulation) continue;
  const { instructions, busyMs } = metrics.emulation;
  row(`${suite} on ${target}, emulated`, `${(instructions / busyMs / 1000).toFixed(1)} MIPS`);
  row(
    `${suite} on ${target}, inside the emulator`,
    `${((100 * busyMs) / durationMs).toFixed(0)} % of ${(durationMs / 1000).toFixed(2)} s`,
  );
}
rmSync(out, { recursive: true });

for (const env of [process.env, { ...process.env, JAVA_HOME: join(tmpdir(), 'none') }]) {
  const [first, ...others] = await repeated(() => report5000(env));
  const seconds = [first, ...others].map(report => report.seconds);
  promisedWall(`report of 5,000 cases, ${first.generator}`, seconds, limits.report5000S);
}
