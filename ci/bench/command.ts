// What a person waits for: whole commands, from their start.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { manyResults } from '../../harness/fixtures/results.ts';
import { writeResults } from '../../harness/report/json.ts';
import type { Results } from '../../harness/report/results.ts';
import { promisedWall, repeated, row, timed } from './rows.ts';

const limits = { firstVerdictS: 3, report5000S: 15 };

export async function benchRun(): Promise<void> {
  const out = mkdtempSync(join(tmpdir(), 'tickmark-bench-'));
  const runs = await repeated(() => wholeRun(out));
  const firstVerdicts = runs.map(({ firstVerdictS }) => firstVerdictS);
  promisedWall('npx tickmark run, to the first verdict', firstVerdicts, limits.firstVerdictS);
  row('npx tickmark run, whole', `${Math.min(...runs.map(({ wholeS }) => wholeS)).toFixed(2)} s`);
  showEmulation(JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results);
  rmSync(out, { recursive: true });
}

export async function benchReports(): Promise<void> {
  for (const env of [process.env, { ...process.env, JAVA_HOME: join(tmpdir(), 'none') }]) {
    const [first, ...others] = await repeated(() => report5000(env));
    const seconds = [first, ...others].map(report => report.seconds);
    promisedWall(`report of 5,000 cases, ${first.generator}`, seconds, limits.report5000S);
  }
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

function showEmulation({ cases }: Results): void {
  for (const { suite, target, metrics, durationMs } of cases) {
    if (!metrics.emulation) continue;
    const { instructions, busyMs } = metrics.emulation;
    row(`${suite} on ${target}, emulated`, `${(instructions / busyMs / 1000).toFixed(1)} MIPS`);
    row(
      `${suite} on ${target}, inside the emulator`,
      `${((100 * busyMs) / durationMs).toFixed(0)} % of ${(durationMs / 1000).toFixed(2)} s`,
    );
  }
}

/** Seconds from the results.json of 5,000 cases to its report, and by which generator it was made. */
async function report5000(env: NodeJS.ProcessEnv): Promise<{ seconds: number; generator: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-bench-'));
  writeResults({ folder, results: manyResults(100) });
  const { seconds, value: said } = await timed(() => {
    const report = spawn('node', ['dist/cli.js', 'report', folder], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    return text(report.stdout);
  });
  rmSync(folder, { recursive: true });
  const generator = /made by (\S+)/.exec(said)?.[1];
  if (generator === undefined) throw new Error(`no report was made: ${said.slice(-500)}`);
  return { seconds, generator };
}
