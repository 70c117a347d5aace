import { resolve } from 'node:path';
import { type Job, measure } from '../measure/session.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { ReportedRun } from '../report/port.ts';
import { expectFile, fileTarget } from '../target/file.ts';
import { protocolFor } from './adapters.ts';
import { loadModelInputs } from './case-inputs.ts';
import { firmwareOf, readImage } from './image.ts';
import { type Import, planImport, publishImport } from './imported.ts';
import { judgeRecordedLog } from './judge-case.ts';
import { type Plan, type PlannedCase, recordingFolder } from './plan.ts';

/** What is imported, and what it is judged by. */
export interface LogImport extends Import {
  /** A path, or `-`: standard input. */
  readonly file: string;
  /** Bits a second that it was captured at, where that is known. */
  readonly baud?: number;
}

/** Judges a log by a suite as if its firmware had printed it just now: recording, results and reports lie in a run's folder. Throws InputError. */
export async function importLog(wanted: LogImport, signal: AbortSignal): Promise<ReportedRun> {
  const path = wanted.file === '-' ? '-' : resolve(wanted.cwd, wanted.file);
  await expectFile(path); // before a run's folder is made for nothing
  const from = path === '-' ? 'standard input' : path;
  const { plan, planned } = planImport(wanted, { from, what: 'ticks' });
  wanted.onBusy('reads the log');
  await readInto(plan, planned, { ...wanted, path }, signal);
  return publishImport({ plan, result: judgeRecordedLog(plan, planned), wanted }, signal);
}

async function readInto(
  plan: Plan,
  planned: PlannedCase,
  { path, baud }: Pick<LogImport, 'baud'> & { readonly path: string },
  signal: AbortSignal,
): Promise<void> {
  const { suite, board } = planned;
  const inputs = loadModelInputs(suite);
  const image = firmwareOf(planned).path === undefined ? undefined : readImage(planned, inputs);
  using recorder = createRecorder(recordingFolder(plan, planned), () => performance.now());
  const job: Job = {
    suite: { ...suite, measure: { ...suite.measure, boots: 1 }, robustness: [] },
    target: fileTarget({ name: board.name, basis: board.basis, path }),
    protocol: await protocolFor('log'),
    ...(image && { image }),
    ...(inputs && { model: inputs.model }),
    inputs: inputs?.vectors.inputs ?? [],
    ...(baud !== undefined && { baud }),
    recorder,
    clock: { nowMs: () => performance.now(), nowIso: () => new Date().toISOString() },
    onProgress: () => {},
    isImported: true,
  };
  await measure(job, signal);
}
