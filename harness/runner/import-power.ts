import { basename } from 'node:path';
import { InputError } from '../errors.ts';
import { openPowerFile } from '../power/files/open.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { Manifest } from '../recording/recording.ts';
import type { ReportedRun } from '../report/port.ts';
import type { CaseResult } from '../verdict/result.ts';
import { type Capture, importTrace } from './import-trace.ts';
import { type Import, planImport, publishImport } from './imported.ts';
import { judgeRecordedCapture } from './judge-capture.ts';
import { type Plan, type PlannedCase, recordingFolder } from './plan.ts';

/** What is imported, and what it is judged by. */
export interface PowerImport extends Import {
  /** What a person says of the capture; `usual` gives its windows where they say none. */
  readonly captureOf: (usual: () => readonly string[]) => Capture;
}

/** Judges a capture by a suite as if a meter had shown it just now: recording, results and reports lie in a run's folder. Throws InputError. */
export async function importPower(wanted: PowerImport, signal: AbortSignal): Promise<ReportedRun> {
  const { path, options } = wanted.captureOf(() => ['whole']);
  await using _readable = await openPowerFile(path, options); // before a run's folder is made for nothing
  const { plan, planned } = planImport(wanted, { from: path, what: 'power' });
  const capture = withBoard(
    wanted.captureOf(() => usualWindows(planned)),
    planned,
  );
  const result = await judged(plan, planned, { capture, onBusy: wanted.onBusy, signal });
  return publishImport({ plan, result, wanted }, signal);
}

/** By the board's marker wire, in the words of `--windows`. */
function usualWindows({ board }: PlannedCase): readonly string[] {
  const marker = board.meter?.marker;
  if (!marker) {
    const fix = 'write --windows, such as --windows D0, or the board’s meter: { marker: D0 }';
    throw new InputError('nothing tells where the windows are', board.name, fix);
  }
  return [`D${marker.line}${marker.active === 'low' ? ':low' : ''}`];
}

/** What a file does not tell, the board file may. */
function withBoard(capture: Capture, { board }: PlannedCase): Capture {
  return board.supplyMv === undefined ? capture : { ...capture, usualSupplyMv: board.supplyMv };
}

interface Job {
  readonly capture: Capture;
  readonly onBusy: (what: string) => void;
  readonly signal: AbortSignal;
}

async function judged(plan: Plan, planned: PlannedCase, { capture, onBusy, signal }: Job): Promise<CaseResult> {
  const folder = recordingFolder(plan, planned);
  const { suite, board } = planned;
  using recorder = createRecorder(folder, () => performance.now());
  const startedAt = new Date().toISOString();
  const onProgress = (share: number) => onBusy(`reads ${basename(capture.path)}: ${Math.floor(100 * share)} %`);
  await importTrace(folder, capture, { onProgress, signal });
  const manifest: Manifest = {
    tickmark: 1,
    suite: suite.name,
    target: board.name,
    basis: board.basis,
    startedAt,
    finishedAt: new Date().toISOString(),
    outcome: { status: 'complete' },
    isCapture: true,
  };
  recorder.manifest(manifest);
  onBusy('judges the capture');
  return judgeRecordedCapture(plan, planned);
}
