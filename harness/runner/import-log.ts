import { resolve } from 'node:path';
import { type Job, measure } from '../measure/session.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { ReportedRun } from '../report/port.ts';
import { publishCase, publishEnd, reportedRun } from '../report/publish.ts';
import { expectFile, fileTarget } from '../target/file.ts';
import type { CaseResult } from '../verdict/result.ts';
import { protocolFor, reportersFor } from './adapters.ts';
import { loadModelInputs } from './case-inputs.ts';
import { firmwareOf, readImage } from './image.ts';
import { judgeRecordedLog } from './judge-case.ts';
import { makePlan } from './make-plan.ts';
import { type Plan, type PlannedCase, recordingFolder, resultsOf } from './plan.ts';

/** What is imported, and what it is judged by. */
export interface LogImport {
  readonly cwd: string;
  /** A path, or `-`: standard input. */
  readonly file: string;
  readonly suite: string;
  /** Needed where the suite has several targets whose firmware only prints. */
  readonly target?: string;
  /** Bits a second that it was captured at, where that is known. */
  readonly baud?: number;
  readonly out?: string;
  readonly html: boolean;
  /** Takes each case that was judged, and what takes a while. */
  readonly onCase: (result: CaseResult) => void;
  readonly onBusy: (what: string) => void;
}

/** Judges a log by a suite as if its firmware had printed it just now: recording, results and reports lie in a run's folder. Throws InputError. */
export async function importLog(wanted: LogImport, signal: AbortSignal): Promise<ReportedRun> {
  const path = wanted.file === '-' ? '-' : resolve(wanted.cwd, wanted.file);
  await expectFile(path); // before a run's folder is made for nothing
  const { plan, planned } = planImport(wanted);
  wanted.onBusy('reads the log');
  await readInto(plan, planned, { ...wanted, path }, signal);
  const result = judgeRecordedLog(plan, planned);
  wanted.onCase(result);
  const run = reportedRun(plan.outDir, resultsOf(plan, [result], { complete: true, interrupted: false }), {
    busy: wanted.onBusy,
  });
  const reporters = await reportersFor({ html: wanted.html }, signal);
  await publishCase(reporters, result, run);
  await publishEnd(reporters, run);
  return run;
}

function planImport({ cwd, file, suite, target, out, html }: LogImport) {
  const options = { cwd, suites: [suite], targets: target === undefined ? [] : [target], exact: true, html };
  const importedFrom = file === '-' ? 'standard input' : resolve(cwd, file);
  const plan = makePlan({ ...options, ...(out !== undefined && { out }), importedFrom });
  const [planned] = plan.cases;
  if (!planned) throw new TypeError('a plan has a case'); // or makePlan throws
  return { plan, planned };
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
