import { TargetError } from '../errors.ts';
import { type Job, measure, type Progress } from '../measure/session.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { Manifest } from '../recording/recording.ts';
import { protocolFor, targetFor } from './adapters.ts';
import { loadModelInputs } from './case-inputs.ts';
import { firmwareOf, readImage } from './image.ts';
import { type Plan, type PlannedCase, recordingFolder } from './plan.ts';

/** Measures one planned case into its recording. Rejects when the recording cannot be written, the inputs cannot be read or the target does not start. */
export async function measureCase(
  plan: Plan,
  planned: PlannedCase,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Manifest> {
  const { suite, board, isNamed } = planned;
  const inputs = loadModelInputs(suite);
  using deadline = deadlineOf(signal, planned);
  using recorder = createRecorder(recordingFolder(plan, planned), () => performance.now());
  const image = readImage(planned, inputs);
  const job: Job = {
    suite,
    target: await targetFor({ ...board, trace: plan.trace }, deadline.signal),
    protocol: await protocolFor(firmwareOf(planned).protocol, suite.firmware[board.name]),
    ...(image && { image }),
    ...(inputs && { model: inputs.model }),
    inputs: inputs?.vectors.inputs ?? [],
    ...baudOf(planned),
    recorder,
    clock: { nowMs: () => performance.now(), nowIso: () => new Date().toISOString() },
    onProgress,
    isRequired: isNamed,
  };
  return await measure(job, deadline.signal);
}

function baudOf({ suite, board }: PlannedCase): { baud?: number } {
  const { target } = board;
  return target.kind === 'serial' ? { baud: suite.firmware[board.name]?.baud ?? target.baud } : {};
}

/** One signal a case: the interruption of the run, or the suite's time limit, whichever comes first. */
function deadlineOf(interrupt: AbortSignal, { id, suite }: PlannedCase): Disposable & { readonly signal: AbortSignal } {
  const late = new AbortController();
  const { timeoutMs } = suite.measure;
  const timer = setTimeout(() => {
    const fix =
      'look for a hang where it waits; else raise `measure: { timeout }` in the suite, or measure fewer vectors';
    late.abort(new TargetError(`took longer than its limit of ${timeoutMs / 1000} s`, id, fix));
  }, timeoutMs);
  return { signal: AbortSignal.any([interrupt, late.signal]), [Symbol.dispose]: () => clearTimeout(timer) };
}
