import type { Manifest, Recording } from '../recording/recording.ts';
import type { Board } from '../suite/board.ts';
import { type Budget, budgetsFor, type Suite } from '../suite/suite.ts';
import type { Truth } from '../suite/truth.ts';
import { judgeAccuracy, measureAccuracy } from './accuracy/accuracy.ts';
import type { Accuracy } from './accuracy/finding.ts';
import { notMeasured } from './budget.ts';
import { compareWithGolden, type GoldenComparison, goldenMetrics, judgeGolden } from './golden.ts';
import { judgeLatency, measureLatency, type Ticks, undisturbedOf } from './latency.ts';
import { measureLink } from './link.ts';
import { judgeMemory, measureMemory } from './memory.ts';
import { measureOperators } from './operators.ts';
import { provenanceOf } from './provenance.ts';
import type { Reference } from './reference.ts';
import type { CaseResult, MemoryMetrics, Metrics, OperatorMetrics, Verdict } from './result.ts';
import { judgeTrials } from './robustness.ts';
import { explainEnd, type Identity, judgeSession, readSession, type Session } from './session.ts';
import { caseStatus } from './status.ts';
import { judgeTickCounter } from './tick-counter.ts';
import { warningsOf } from './warnings.ts';

/** Everything that a case is judged by. */
export interface Evidence {
  readonly suite: Suite;
  readonly board: Board;
  readonly recording: Recording;
  /** Relative to results.json; null when nothing was recorded. */
  readonly recordingFolder: string | null;
  /** Whom the recording must be of: the hashes of the suite's model and vectors. */
  readonly identity: Identity;
  readonly reference: Reference;
  /** What the suite's labels say is right. */
  readonly truth: Truth;
  /** The bytes of all input tensors, end to end [vectors]: what a reconstruction is compared with. */
  readonly inputs: readonly Uint8Array[];
}

/**
 * Judges one case from what was recorded of it. Verdicts: how the session ended, whether the tick counter counts, then the target's
 * budgets in the suite's order, then its faults on demand. The same evidence always gives the same result: a recording can be judged again without its target.
 */
export function judgeCase(evidence: Evidence): CaseResult {
  const { suite, board, recording, recordingFolder } = evidence;
  const { manifest } = recording;
  const facts = gather(evidence);
  const verdicts = [
    judgeSession(facts.session),
    ...(facts.tickCounter ? [facts.tickCounter] : []),
    ...budgetsFor(suite, board.name).map(budget => judgeBudget(budget, facts)),
    ...judgeTrials(suite.robustness, facts.session, evidence.reference.outputs),
  ];
  const metrics = metricsOf(facts, manifest);
  return {
    suite: suite.name,
    target: board.name,
    status: caseStatus(verdicts),
    verdicts,
    metrics,
    warnings: warningsOf(metrics, facts.golden, facts.session),
    provenance: provenanceOf(manifest, board),
    recording: recordingFolder,
    startedAt: manifest.startedAt,
    durationMs: Date.parse(manifest.finishedAt) - Date.parse(manifest.startedAt),
  };
}

/** What was measured, before any budget. */
interface Facts extends Ticks {
  readonly session: Session;
  readonly tickCounter: Verdict | undefined;
  readonly golden: GoldenComparison | undefined;
  readonly accuracy: Accuracy;
  readonly operators: readonly OperatorMetrics[] | undefined;
  readonly memory: MemoryMetrics;
}

function gather({ suite, board, recording, identity, reference, truth, inputs }: Evidence): Facts {
  const { manifest } = recording;
  const { basis, dut } = manifest;
  const session = readSession(recording, { identity, outputs: reference.outputs, boots: suite.measure.boots });
  const tickCounter = judgeTickCounter(session, basis, dut && { tickHz: dut.tickHz, clockHz: board.clockHz });
  const counts = tickCounter?.status !== 'broken';
  const rates = counts && dut ? { basis, tickHz: dut.tickHz, clockHz: board.clockHz } : undefined;
  const golden = compareWithGolden(session, reference);
  return {
    basis,
    session,
    tickCounter,
    golden,
    accuracy: measureAccuracy({ task: suite.task, session, reference, golden, truth, inputs }),
    latency: rates && measureLatency(session, rates),
    undisturbed: rates && measureLatency(undisturbedOf(session), rates),
    operators: counts ? measureOperators(session, reference) : undefined,
    memory: measureMemory(session, reference),
    missing: counts ? explainEnd(session.end) : 'the tick counter is broken, see rig.tickCounter',
  };
}

/** A target that was not tried has nothing to show, not even the figures that the host knows without it. */
function judgeBudget(budget: Budget, facts: Facts): Verdict {
  const { session, golden, accuracy, memory } = facts;
  if (session.end.status === 'skipped') return notMeasured(budget, `not measured: ${session.end.reason}`);
  if (budget.kind === 'golden') return judgeGolden(budget, golden, session);
  if (budget.kind === 'memory') return judgeMemory(budget, memory, session);
  if (budget.kind === 'latency') return judgeLatency(budget, facts, session);
  if (budget.kind === 'metric')
    return notMeasured(budget, 'its firmware has the agent: figures of a log are of firmware that only prints');
  return judgeAccuracy(budget, accuracy, session);
}

function metricsOf({ session, golden, accuracy, latency, operators, memory }: Facts, { emulation }: Manifest): Metrics {
  const link = measureLink(session);
  return {
    vectors: session.vectors,
    ...(latency && { latency }),
    ...(operators && { operators }),
    ...(golden && { golden: goldenMetrics(golden) }),
    ...accuracy.metrics,
    memory,
    ...(link && { link }),
    ...(emulation && { emulation }),
  };
}
