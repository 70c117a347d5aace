// Suites for one target each, written to a temporary folder: the bench runs them on boards that no suite in the box names.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataDir, noData } from '../../harness/fixtures/data.ts';
import { missingFor } from '../../harness/runner/adapters.ts';
import { boardsFrom } from '../../harness/runner/select.ts';

const model = join(process.cwd(), 'suites', 'vibration-anomaly');

const vibration = `model: { file: ${model}/anomaly_int8.tflite }
vectors: { inputs: ${model}/windows.npy, labels: ${model}/labels.csv }
task: { kind: binary, threshold: 0.82 }
budgets: { golden: { maxDiffLsb: 0 } }`;

const kws = `model: { file: ${dataDir}/kws01/kws_ref_model.tflite }
vectors: { inputs: ${dataDir}/kws01/inputs.i8.bin, labels: ${dataDir}/kws01/labels.csv, first: 200 }
task: { kind: classification }
measure: { timeout: 20 min }
budgets: { golden: { maxDiffLsb: 0 }, accuracy: { top1: '>= 91.5 %' } }`;

/** The same words again and again: inputs.bin is written beside the suite. */
const longKws = `model: { file: ${dataDir}/kws01/kws_ref_model.tflite }
vectors: { inputs: inputs.bin }
task: { kind: classification }
measure: { timeout: 20 min }
budgets: { golden: { maxDiffLsb: 0 } }`;
const repeats = 5;

const texts = { vibration, kws, longKws };
export type SuiteName = keyof typeof texts;

/** Why a suite cannot be run on a board here; undefined when it can. */
export async function obstacle(suite: SuiteName, target: string): Promise<string | undefined> {
  const board = boardsFrom(process.cwd()).get(target);
  if (!board) return `there is no board ${target}`;
  return suite !== 'vibration' && dataDir === undefined ? noData : missingFor(board);
}

/** A folder with the suite in `copies` of another name each, and room for what is measured; it goes when disposed of. */
export function writeSuites(
  suite: SuiteName,
  target: string,
  copies = 1,
): Disposable & { folder: string; files: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-bench-'));
  if (suite === 'longKws' && dataDir !== undefined) {
    const words = readFileSync(join(dataDir, 'kws01', 'inputs.i8.bin'));
    writeFileSync(join(folder, 'inputs.bin'), Buffer.concat(Array<Uint8Array>(repeats).fill(words)));
  }
  const files = Array.from({ length: copies }, (_, copy) => {
    const name = `${suite.toLowerCase()}-${copy}`;
    const file = join(folder, `${name}.yaml`);
    writeFileSync(file, `suite: ${name}\ntargets: [${target}]\n${texts[suite]}\n`);
    return file;
  });
  return { folder, files, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
