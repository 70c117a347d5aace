import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { TargetError } from '../errors.ts';
import type { ExpectedBoard } from '../measure/bring-up.ts';
import type { Rig } from '../measure/rig.ts';
import { type Job, type JobImage, measure, type Progress, recordUntried } from '../measure/session.ts';
import { type TimeLimit, timeLimit } from '../measure/time-limit.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { Manifest } from '../recording/recording.ts';
import type { Board } from '../suite/board.ts';
import { protocolFor, targetFor } from './adapters.ts';
import { loadModelInputs } from './case-inputs.ts';
import { firmwareOf, readImage } from './image.ts';
import { imageToRun } from './image-with-model.ts';
import type { KeptBoards } from './keep-boards.ts';
import { type Plan, type PlannedCase, recordingFolder } from './plan.ts';

/** What a case is measured with besides its plan. */
export interface Measuring {
  readonly boards: KeptBoards;
  readonly onProgress: (progress: Progress) => void;
  /** Told that a case is measured once more, and why. */
  readonly onAgain?: (what: string) => void;
}

/**
 * Measures one planned case into its recording; once more where a fault of the rig broke it on a board that answers again. Rejects when the
 * recording cannot be written, the inputs cannot be read, the target does not start, or the board is sick.
 */
export async function measureCase(
  plan: Plan,
  planned: PlannedCase,
  { boards, onProgress, onAgain = () => {} }: Measuring,
  signal: AbortSignal,
): Promise<Manifest> {
  const folder = recordingFolder(plan, planned);
  using starting = deadlineOf(signal, planned); // an emulator may hang before it is asked for anything
  const given = await setUp(plan, planned, starting.signal);
  let image: JobImage | undefined;
  let rig: Rig | undefined;
  try {
    image = imageToRun(planned, given, join(plan.outDir, 'recordings', 'images'));
    rig = await boards.rigFor(planned, signal);
  } catch (error) {
    using recorder = createRecorder(folder, () => performance.now());
    return recordUntried({ ...given, recorder, onProgress }, error);
  }
  const setup = { ...given, ...(image && { image }), onProgress };
  const first = await attempt({ setup, planned, rig, folder }, signal);
  if (!rig?.isWorthAgain || signal.aborted) return first;
  onAgain(`measures ${planned.suite.name} on ${planned.board.name} again; it broke: ${reasonOf(first).split('\n')[0]}`);
  return await again({ setup, planned, rig, folder }, first, signal);
}

async function setUp(
  plan: Plan,
  planned: PlannedCase,
  signal: AbortSignal,
): Promise<Omit<Job, 'recorder' | 'onProgress'>> {
  const { suite, board, isNamed } = planned;
  const inputs = loadModelInputs(suite);
  const image = readImage(planned, inputs);
  return {
    suite,
    target: await targetFor({ ...board, trace: plan.trace }, signal),
    protocol: await protocolFor(firmwareOf(planned).protocol, { board, own: suite.firmware[board.name] }),
    ...(image && { image }),
    ...(inputs && { model: inputs.model }),
    inputs: inputs?.vectors.inputs ?? [],
    ...baudOf(planned),
    clock: { nowMs: () => performance.now(), nowIso: () => new Date().toISOString() },
    expected: expectedOf(board),
    isRequired: isNamed,
  };
}

interface Attempting {
  readonly setup: Omit<Job, 'recorder'>;
  readonly planned: PlannedCase;
  readonly rig: Rig | undefined;
  readonly folder: string;
}

async function attempt({ setup, planned, rig, folder }: Attempting, signal: AbortSignal): Promise<Manifest> {
  if (rig?.sick !== undefined)
    throw new TargetError(
      `was given up in this run: ${rig.sick}`,
      planned.board.name,
      'mend the board, then run again',
    );
  using deadline = deadlineOf(signal, planned);
  using recorder = createRecorder(folder, () => performance.now());
  const onRig = rig && { rig, target: rig.gear.target, limit: deadline };
  return await measure({ ...setup, recorder, ...onRig }, deadline.signal);
}

/** From the start, with a limit of its own. What was seen before stays beside it. */
async function again(of: Attempting, first: Manifest, signal: AbortSignal): Promise<Manifest> {
  const { startedAt, finishedAt } = first;
  const aside = `${of.folder}.attempt-1`;
  renameSync(of.folder, aside);
  const attempts = [{ startedAt, finishedAt, reason: reasonOf(first) }];
  try {
    return await attempt({ ...of, setup: { ...of.setup, attempts } }, signal);
  } finally {
    if (existsSync(of.folder)) renameSync(aside, join(of.folder, 'attempt-1')); // else the disk has refused it
  }
}

function reasonOf({ outcome }: Manifest): string {
  return 'reason' in outcome ? outcome.reason : outcome.status;
}

/** What a board file says of who answers. */
export function expectedOf({ announces, unit, ticks }: Board): ExpectedBoard {
  return {
    ...(announces !== undefined && { announces }),
    ...(unit !== undefined && { unit }),
    ...(ticks && { ticks }),
  };
}

/** What the plan's board has is the firmware's own already. */
function baudOf({ board: { target } }: PlannedCase): { baud?: number } {
  return target.kind === 'serial' ? { baud: target.baud ?? 115_200 } : {};
}

/** One signal a case: the interruption of the run, or the suite's time limit, whichever comes first. */
function deadlineOf(interrupt: AbortSignal, { id, suite }: PlannedCase): TimeLimit {
  const { timeoutMs } = suite.measure;
  const fix =
    'look for a hang where it waits; else raise `measure: { timeout }` in the suite, or measure fewer vectors';
  const late = () => new TargetError(`took longer than its limit of ${timeoutMs / 1000} s`, id, fix);
  return timeLimit(timeoutMs, late, interrupt);
}
