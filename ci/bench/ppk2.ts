// What it costs to take a PPK2's stream, 100,000 samples a second, to disk: a process that does nothing else, and a meter in real time.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { noSimulatedPpk2, startSimulatedPpk2 } from '../../harness/fixtures/simulated-ppk2.ts';
import { promised, row, skipped } from './rows.ts';
import type { Capture } from './take-ppk2.ts';

const limits = { shareOfCore: 0.15 };
/** The promise is of ten minutes: TICKMARK_BENCH_PPK2_S=600. */
const seconds = Number(process.env.TICKMARK_BENCH_PPK2_S ?? 20);
const taker = fileURLToPath(new URL('take-ppk2.ts', import.meta.url));

export async function benchPpk2(): Promise<void> {
  if (noSimulatedPpk2 !== undefined) return skipped('PPK2 to disk', noSimulatedPpk2);
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-bench-'));
  // Of noise and of every range, so that nothing about it is easy.
  const script = [0.01, 5, 0.2, 40, 2, 300].map(ma => ({ ma, ms: 7 }));
  const simulated = await startSimulatedPpk2({ script, noise: 5 });
  const { stdout } = await promisify(execFile)('node', [
    '--import',
    'tsx',
    taker,
    simulated.path,
    folder,
    String(seconds),
  ]);
  const { cpuS, wallS, measuredS, samples, told, written } = JSON.parse(stdout) as Capture;
  const sent = await simulated.end();
  rmSync(folder, { recursive: true });
  const what = `PPK2 to disk for ${seconds} s`;
  const share = cpuS / wallS;
  promised(`${what}, of one core`, `${(100 * share).toFixed(1)} %`, share / limits.shareOfCore);
  const isWhole = samples === sent.samples && told === 0 && written === samples;
  promised(`${what}, samples missing`, String(sent.samples - samples), isWhole ? 0 : Number.POSITIVE_INFINITY);
  row(`${what}, of them told by the driver`, String(told));
  row(`${what}, samples`, String(samples), `${(samples / measuredS / 1000).toFixed(2)} kHz by this machine's clock`);
}
