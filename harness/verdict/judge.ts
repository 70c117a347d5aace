import type { Manifest, Recording } from '../recording/recording.ts';
import type { Board } from '../suite/board.ts';
import { type Budget, budgetsFor, isOfCurrent, type Suite } from '../suite/suite.ts';
import type { Truth } from '../suite/truth.ts';
import type { CurrentEvidence } from '../trace/evidence.ts';
import type { Basis } from '../units.ts';
import { judgeAccuracy, measureAccuracy } from './accuracy/accuracy.ts';
import type { Accuracy } from './accuracy/finding.ts';
import { notMeasured } from './budget.ts';
import { type CurrentFacts, currentMetrics, gatherCurrent, judgeCurrent } from './current/current.ts';
import { judgeTrace } from './current/trace.ts';
import { judgeUplink, measureUplink } from './current/uplink.ts';
import { currentWarnings } from './current/warnings.ts';
import { energyWarnings } from './energy-build.ts';
import { compareWithGolden, type GoldenComparison, goldenMetrics, judgeGolden } from './golden.ts';
import { judgeLatency, measureLatency, type Ticks, undisturbedOf } from './latency.ts';
import { measureLink } from './link.ts';
import { judgeMemory, measureMemory } from './memory.ts';
import { measureOperators } from './operators.ts';
import { provenanceOf } from './provenance.ts';
import type { Reference } from './reference.ts';
import type {
  CaseResult,
  MemoryMetrics,
  Metrics,
  OperatorMetrics,
  UplinkMetrics,
  Verdict,
  WindowMetrics,
} from './result.ts';
import { attemptWarnings, rigOf } from './rig.ts';
import { judgeTrials } from './robustness.ts';
import { explainEnd, type Identity, judgeSession, readSession, type Session } from './session.ts';
import { caseStatus } from './status.ts';
import { judgeTickCounter, type Rates } from './tick-counter.ts';
import { warningsOf } from './warnings.ts';
import { judgeLapClock, measureWindowLatency, measureWindows, windowedOf } from './windows.ts';

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
  /** What the raw data of one input takes, where that is known and asked for. */
  readonly rawInputBytes?: number;
  /** What a meter has shown; absent where none was there. */
  readonly current?: CurrentEvidence;
}

/**
 * Judges one case from what was recorded of it. Verdicts: how the session ended, whether the tick counter counts, then the target's
 * budgets in the suite's order, then its faults on demand. The same evidence always gives the same result: a recording can be judged again without its target.
 */
export function judgeCase(evidence: Evidence): CaseResult {
  const { suite, board, recording, recordingFolder } = evidence;
  const { manifest } = recording;
  const facts = gather(evidence);
  const budgets = budgetsFor(suite, board.name);
  const golden = facts.golden && { ...facts.golden, isAsked: budgets.some(({ kind }) => kind === 'golden') };
  const verdicts = [
    judgeSession(facts.session),
    ...(facts.tickCounter ? [facts.tickCounter] : []),
    ...(evidence.current ? [judgeTrace(evidence.current)] : []),
    ...budgets.map(budget => judgeBudget(budget, facts)),
    ...judgeTrials(suite.robustness, facts.session, evidence.reference.outputs),
  ];
  const metrics = metricsOf(facts, manifest);
  return {
    suite: suite.name,
    target: board.name,
    status: caseStatus(verdicts),
    verdicts,
    metrics,
    warnings: [
      ...warningsOf(metrics, golden, facts.session),
      ...currentWarnings(budgets, facts.current),
      ...energyWarnings(manifest, evidence.current),
      ...attemptWarnings(manifest),
    ],
    provenance: provenanceOf(manifest, board, evidence.current),
    ...rigOf(recording),
    recording: recordingFolder,
    startedAt: manifest.startedAt,
    durationMs: Date.parse(manifest.finishedAt) - Date.parse(manifest.startedAt),
  };
}

/** What was measured, before any budget. */
interface Facts extends Ticks {
  readonly session: Session;
  readonly tickCounter: Verdict | undefined;
  readonly windows: WindowMetrics | undefined;
  readonly golden: GoldenComparison | undefined;
  readonly accuracy: Accuracy;
  readonly operators: readonly OperatorMetrics[] | undefined;
  readonly memory: MemoryMetrics;
  readonly current: CurrentFacts;
  readonly uplink: UplinkMetrics | undefined;
}

function gather(evidence: Evidence): Facts {
  const { suite, board, recording, identity, reference, truth, inputs } = evidence;
  const { manifest } = recording;
  const { basis, dut } = manifest;
  const session = readSession(recording, { identity, outputs: reference.outputs, boots: suite.measure.boots });
  const timing = manifest.mlperf
    ? timeByWindows(session, basis, manifest.mlperf.windowMs)
    : timeByInferences(session, basis, dut && { tickHz: dut.tickHz, clockHz: board.clockHz });
  const counts = timing.tickCounter?.status !== 'broken';
  const golden = compareWithGolden(session, reference);
  return {
    basis,
    session,
    ...timing,
    golden,
    accuracy: measureAccuracy({ task: suite.task, session, reference, golden, truth, inputs }),
    operators: counts ? measureOperators(session, reference) : undefined,
    memory: measureMemory(session, reference),
    current: gatherCurrent({
      suite,
      board,
      basis,
      evidence: evidence.current,
      latency: timing.latency,
      end: session.end,
    }),
    uplink: measureUplink(session.uplink, suite.measure.rawInputBytes ?? evidence.rawInputBytes),
    missing: missingTicks(recording.manifest, session, timing),
  };
}

/** What the DUT counted, and whether it counts. */
type Timing = Pick<Facts, 'tickCounter' | 'latency' | 'undisturbed' | 'windows' | 'windowed'>;

function timeByInferences(session: Session, basis: Basis, rates: Rates | undefined): Timing {
  const tickCounter = judgeTickCounter(session, basis, rates);
  const counted = rates && tickCounter?.status !== 'broken' ? { basis, ...rates } : undefined;
  return {
    tickCounter,
    latency: counted && measureLatency(session, counted),
    undisturbed: counted && measureLatency(undisturbedOf(session), counted),
    windows: undefined,
  };
}

function timeByWindows(session: Session, basis: Basis, windowMs: number): Timing {
  const tickCounter = judgeLapClock(session, basis);
  const latency = tickCounter?.status === 'broken' ? undefined : measureWindowLatency(session, basis);
  const windows = latency && measureWindows(session);
  return { tickCounter, latency, undisturbed: latency, windows, windowed: windows && windowedOf(windows, windowMs) };
}

function missingTicks({ mlperf }: Manifest, { end }: Session, { tickCounter }: Timing): string {
  if (tickCounter?.status === 'broken') return 'the tick counter is broken, see rig.tickCounter';
  if (mlperf?.timestamps === 'energy') return 'the firmware is a build for energy, and prints no clock';
  return explainEnd(end);
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
  if (isOfCurrent(budget)) return judgeCurrent(budget, facts.current);
  if (budget.kind === 'uplink') return judgeUplink(budget, facts.uplink, session);
  return judgeAccuracy(budget, accuracy, session);
}

function metricsOf(
  { session, golden, accuracy, latency, windows, operators, memory, current, uplink }: Facts,
  { emulation }: Manifest,
): Metrics {
  const link = measureLink(session);
  return {
    vectors: session.vectors,
    ...(latency && { latency }),
    ...(windows && { windows }),
    ...(operators && { operators }),
    ...(golden && { golden: goldenMetrics(golden) }),
    ...accuracy.metrics,
    memory,
    ...(link && { link }),
    ...currentMetrics(current),
    ...(uplink && { uplink }),
    ...(emulation && { emulation }),
  };
}
