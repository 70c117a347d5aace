import { TargetError } from '../errors.ts';
import { type Job, measure, type Progress } from '../measure/session.ts';
import { createRecorder } from '../recording/recorder.ts';
import { protocolFor, targetFor } from './adapters.ts';
import { loadCaseInputs } from './case-inputs.ts';
import { readImage } from './image.ts';
import { type Plan, type PlannedCase, recordingFolder } from './plan.ts';

/** Measures one planned case into its recording. Rejects only when the recording cannot be written or the inputs cannot be read. */
export async function measureCase(
  plan: Plan,
  planned: PlannedCase,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<void> {
  const { suite, board, isNamed } = planned;
  const inputs = loadCaseInputs(suite);
  using recorder = createRecorder(recordingFolder(plan, planned), () => performance.now());
  const job: Job = {
    suite,
    target: await targetFor(board),
    protocol: await protocolFor(board),
    image: readImage(planned, inputs),
    model: inputs.model,
    inputs: inputs.vectors.inputs,
    recorder,
    clock: { nowMs: () => performance.now(), nowIso: () => new Date().toISOString() },
    onProgress,
    isRequired: isNamed,
  };
  await measure(job, withDeadline(signal, planned));
}

/** One signal a case: the interruption of the run, or the suite's time limit, whichever comes first. */
function withDeadline(signal: AbortSignal, { id, suite }: PlannedCase): AbortSignal {
  const late = new AbortController();
  const { timeoutMs } = suite.measure;
  const timer = setTimeout(() => {
    const fix = 'raise `measure: { timeout }` in the suite, or measure fewer vectors';
    late.abort(new TargetError(`took longer than its limit of ${timeoutMs / 1000} s`, id, fix));
  }, timeoutMs);
  timer.unref();
  return AbortSignal.any([signal, late.signal]);
}
