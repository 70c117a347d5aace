import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, messageOf } from '../errors.ts';
import { noRecording, readRecording } from '../recording/read.ts';
import { hasTrace } from '../recording/read-trace.ts';
import type { Manifest, Recording } from '../recording/recording.ts';
import { hasModel, type Suite, withModel } from '../suite/suite.ts';
import { type Evidence, judgeCase } from '../verdict/judge.ts';
import { judgeLogCase, type LogEvidence } from '../verdict/log/judge.ts';
import { computeReference } from '../verdict/reference.ts';
import type { CaseResult } from '../verdict/result.ts';
import { askBroker } from './broker-client.ts';
import { type CaseInputs, loadCaseInputs, loadFloatTwin, loadModelInputs } from './case-inputs.ts';
import { brokerVariable } from './environment.ts';
import { firmwareOf } from './image.ts';
import { isCapture, judgeRecordedCapture } from './judge-capture.ts';
import { type Plan, type PlannedCase, recordingFolder } from './plan.ts';
import { traceEvidence } from './trace-evidence.ts';

/** One planned case, measured (or replayed) and judged. The host computes what it expects while the target computes what it answers. */
export async function runCase(plan: Plan, planned: PlannedCase): Promise<CaseResult> {
  const { settled } = await obtainRecording(plan, planned);
  if (plan.replayOf !== null && isCapture(plan, planned)) return judgeRecordedCapture(plan, planned);
  if (isLog(planned)) return judgeRecordedLog(plan, planned, await settled.then(() => undefined, messageOf));
  return judgeCase(await gatherEvidence(plan, planned, settled));
}

/** What a case is judged by, once its measurement has `settled`; meanwhile the host computes what it expects. */
export async function gatherEvidence(plan: Plan, planned: PlannedCase, settled: Promise<unknown>): Promise<Evidence> {
  const outcome = settled.then(() => undefined, messageOf);
  const suite = withModel(planned.suite);
  const inputs = loadCaseInputs(suite);
  const reference = computeReference(inputs.parsed, loadFloatTwin(suite), inputs.vectors.inputs);
  return evidenceOf({ plan, planned, suite, inputs }, reference, await outcome);
}

/** A case that never came to be judged, because of something outside it. */
export function brokenCase(plan: Plan, planned: PlannedCase, reason: string): CaseResult {
  if (isLog(planned)) return judgeRecordedLog(plan, planned, reason);
  const suite = withModel(planned.suite);
  const inputs = loadCaseInputs(suite);
  return judgeCase(
    evidenceOf({ plan, planned, suite, inputs }, computeReference(inputs.parsed, undefined, []), reason),
  );
}

/** Whether a case's firmware only prints. */
function isLog(planned: PlannedCase): boolean {
  return firmwareOf(planned).protocol === 'log';
}

/** A case of firmware that only prints, by what was recorded of it; `trouble` makes it broken. */
export function judgeRecordedLog(plan: Plan, planned: PlannedCase, trouble?: string): CaseResult {
  const { suite, board } = planned;
  const inputs = loadModelInputs(suite);
  return judgeLogCase({
    suite,
    board,
    ...seenOf({ plan, planned, ...(inputs && { inputs }) }, trouble),
    recordingFolder: existsSync(recordingFolder(plan, planned)) ? `recordings/${planned.id}` : null,
    ...(hasModel(suite) && inputs && { subject: subjectOf(suite, inputs) }),
    isImported: plan.run.importedFrom !== undefined,
  });
}

/** What the host knows of a suite's model and vectors. */
function subjectOf(suite: Suite, { parsed, vectors }: CaseInputs): NonNullable<LogEvidence['subject']> {
  const answered = suite.log?.runsVectors ? vectors.inputs : []; // golden and twin are for those alone
  const reference = computeReference(parsed, loadFloatTwin(suite), answered);
  return { reference, truth: vectors, inputs: vectors.inputs };
}

interface ReadCase {
  readonly plan: Plan;
  readonly planned: PlannedCase;
  /** Absent where the suite has no model. */
  readonly inputs?: CaseInputs;
}

interface ModelCase extends ReadCase {
  readonly suite: Suite;
  readonly inputs: CaseInputs;
}

function evidenceOf(
  { plan, planned, suite, inputs }: ModelCase,
  reference: Evidence['reference'],
  trouble: string | undefined,
): Evidence {
  return {
    suite,
    board: planned.board,
    ...seenOf({ plan, planned, inputs }, trouble),
    recordingFolder: existsSync(recordingFolder(plan, planned)) ? `recordings/${planned.id}` : null,
    reference,
    identity: identityOf(inputs),
    truth: inputs.vectors,
    inputs: inputs.vectors.inputs,
    ...(inputs.vectors.rawInputBytes !== undefined && { rawInputBytes: inputs.vectors.rawInputBytes }),
  };
}

async function obtainRecording(plan: Plan, planned: PlannedCase): Promise<{ settled: Promise<void> }> {
  try {
    if (plan.replayOf === null) return await askBroker(process.env[brokerVariable] ?? '', planned.id);
    const recorded = join(plan.replayOf, 'recordings', planned.id);
    if (!existsSync(recorded)) throw noRecording(recorded);
    cpSync(recorded, recordingFolder(plan, planned), { recursive: true });
    return { settled: Promise.resolve() };
  } catch (error) {
    const settled = Promise.reject(error);
    settled.catch(() => {});
    return { settled };
  }
}

/** What was recorded, with what a meter has seen of it where there was one. A trace that cannot be read makes it broken. */
function seenOf(read: ReadCase, trouble: string | undefined): Pick<Evidence, 'recording' | 'current'> {
  const recording = recordingOf(read, trouble);
  const folder = recordingFolder(read.plan, read.planned);
  if (!hasTrace(folder)) return { recording };
  try {
    return { recording, current: traceEvidence(folder, { recording, ...read.planned }) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { recording: broken(recording.manifest, trouble ?? messageOf(error), recording) };
  }
}

/** What was recorded; `trouble` makes it broken whatever it says itself. */
function recordingOf({ plan, planned, inputs }: ReadCase, trouble: string | undefined): Recording {
  try {
    const recording = readRecording(recordingFolder(plan, planned));
    return trouble === undefined ? recording : broken(recording.manifest, trouble, recording);
  } catch (error) {
    return broken(unrecorded({ plan, planned, ...(inputs && { inputs }) }), trouble ?? messageOf(error), {
      samples: [],
    });
  }
}

function identityOf({ modelSha256, vectors }: CaseInputs): Evidence['identity'] {
  return { modelSha256, vectorsSha256: vectors.sha256 };
}

function broken(manifest: Manifest, reason: string, { samples }: Pick<Recording, 'samples'>): Recording {
  return { manifest: { ...manifest, outcome: { status: 'broken', reason } }, samples };
}

function unrecorded({ plan: { run }, planned: { suite, board }, inputs }: ReadCase): Manifest {
  return {
    tickmark: 1,
    suite: suite.name,
    target: board.name,
    basis: board.basis,
    startedAt: run.startedAt,
    finishedAt: run.startedAt,
    outcome: { status: 'broken', reason: 'nothing was recorded' },
    ...(inputs && {
      model: { sha256: inputs.modelSha256, bytes: inputs.model.length },
      vectors: { count: inputs.vectors.inputs.length, sha256: inputs.vectors.sha256 },
    }),
  };
}
