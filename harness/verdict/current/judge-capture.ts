import type { Recording } from '../../recording/recording.ts';
import type { Board } from '../../suite/board.ts';
import { type AnySuite, type Budget, budgetsFor, type CurrentBudget, isOfCurrent } from '../../suite/suite.ts';
import type { CurrentEvidence } from '../../trace/evidence.ts';
import { provenanceOf } from '../provenance.ts';
import type { CaseResult } from '../result.ts';
import { caseStatus } from '../status.ts';
import { currentMetrics, gatherCurrent, judgeCurrent } from './current.ts';
import { judgeTrace } from './trace.ts';
import { currentWarnings } from './warnings.ts';

/** A capture by itself: a trace, and nothing that the DUT has said. */
export interface CaptureEvidence {
  readonly suite: AnySuite;
  readonly board: Board;
  readonly recording: Recording;
  /** Relative to results.json. */
  readonly recordingFolder: string;
  readonly current: CurrentEvidence;
}

/** Judges a capture by the suite's budgets for measured current, charge, energy and battery life. The others are left out, by name: it tells nothing of them. */
export function judgeCapture({ suite, board, recording, recordingFolder, current }: CaptureEvidence): CaseResult {
  const { manifest } = recording;
  const all = budgetsFor(suite, board.name);
  const budgets = all.filter(isOfCapture);
  const end = { status: 'complete' } as const;
  const facts = gatherCurrent({ suite, board, basis: manifest.basis, evidence: current, latency: undefined, end });
  const verdicts = [judgeTrace(current), ...budgets.map(budget => judgeCurrent(budget, facts))];
  const others = all.filter(budget => !isOfCapture(budget)).map(({ budget }) => budget);
  return {
    suite: suite.name,
    target: board.name,
    status: caseStatus(verdicts),
    verdicts,
    metrics: { vectors: 0, ...currentMetrics(facts) },
    warnings: [
      ...(others.length > 0 ? [`a capture tells nothing of ${others.join(', ')}: left out`] : []),
      ...currentWarnings(budgets, facts),
    ],
    provenance: provenanceOf(manifest, board, current),
    recording: recordingFolder,
    startedAt: manifest.startedAt,
    durationMs: Date.parse(manifest.finishedAt) - Date.parse(manifest.startedAt),
  };
}

/** Whether a capture can be held against a budget at all. */
export function isOfCapture(budget: Budget): budget is CurrentBudget {
  return isOfCurrent(budget) && budget.basis === 'measured';
}
