import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readRecording } from '../recording/read.ts';
import { judgeCapture } from '../verdict/current/judge-capture.ts';
import type { CaseResult } from '../verdict/result.ts';
import { type Plan, type PlannedCase, recordingFolder } from './plan.ts';
import { traceEvidence } from './trace-evidence.ts';

/** Whether what is recorded of a case is an imported trace alone. Throws InputError where it cannot be read. */
export function isCapture(plan: Plan, planned: PlannedCase): boolean {
  const folder = recordingFolder(plan, planned);
  return existsSync(join(folder, 'manifest.json')) && readRecording(folder).manifest.isCapture === true;
}

/** A case of an imported trace, by that trace. */
export function judgeRecordedCapture(plan: Plan, planned: PlannedCase): CaseResult {
  const { suite, board } = planned;
  const folder = recordingFolder(plan, planned);
  const recording = readRecording(folder);
  const current = traceEvidence(folder, { recording, board, suite });
  return judgeCapture({ suite, board, recording, recordingFolder: `recordings/${planned.id}`, current });
}
