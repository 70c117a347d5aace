import type { Manifest, Recording } from '../../recording/recording.ts';
import type { Board } from '../../suite/board.ts';
import { type AnySuite, type Budget, budgetsFor, hasModel, isOfCurrent } from '../../suite/suite.ts';
import type { Truth } from '../../suite/truth.ts';
import type { CurrentEvidence } from '../../trace/evidence.ts';
import { judgeAccuracy } from '../accuracy/accuracy.ts';
import { type Accuracy, lacking } from '../accuracy/finding.ts';
import { notMeasured } from '../budget.ts';
import { type CurrentFacts, currentMetrics, gatherCurrent, judgeCurrent } from '../current/current.ts';
import { judgeTrace } from '../current/trace.ts';
import { judgeUplink, measureUplink } from '../current/uplink.ts';
import { currentWarnings } from '../current/warnings.ts';
import { judgeLatency, measureLatency, type Ticks } from '../latency.ts';
import { judgeMemory } from '../memory.ts';
import { provenanceOf } from '../provenance.ts';
import type { Reference } from '../reference.ts';
import type { CaseResult, MemoryMetrics, Metrics, OperatorMetrics, UplinkMetrics, Verdict } from '../result.ts';
import { attemptWarnings, rigOf } from '../rig.ts';
import { explainEnd, nothingSeen, type Session, type SessionEnd } from '../session.ts';
import { ascending, percentile } from '../stats.ts';
import { caseStatus } from '../status.ts';
import { measureLogAccuracy } from './accuracy.ts';
import { type Heard, readHeard } from './heard.ts';
import { singleProfiles, ticksOf } from './latency.ts';
import { judgeMetric } from './metric.ts';

/** What is known of a suite's model and vectors. */
export interface Subject {
  readonly reference: Reference;
  readonly truth: Truth;
  readonly inputs: readonly Uint8Array[];
}

/** Everything that a case of firmware which only prints is judged by. */
export interface LogEvidence {
  readonly suite: AnySuite;
  readonly board: Board;
  readonly recording: Recording;
  /** Relative to results.json; null when nothing was recorded. */
  readonly recordingFolder: string | null;
  /** Absent where the suite has no model. */
  readonly subject?: Subject;
  /** A file that somebody has kept: one log, however many boots the suite measures. */
  readonly isImported?: boolean;
  /** What a meter has shown; absent where none was there. */
  readonly current?: CurrentEvidence;
}

/**
 * Judges one case of firmware that only prints: how its log ended, whether a line of it says that something failed, then the target's budgets.
 * The same evidence always gives the same result.
 */
export function judgeLogCase(evidence: LogEvidence): CaseResult {
  const { suite, board, recording, recordingFolder } = evidence;
  const { manifest } = recording;
  const facts = gather(evidence);
  const budgets = budgetsFor(suite, board.name);
  const verdicts = [
    judgeSession(facts),
    ...judgeLines(facts),
    ...(evidence.current ? [judgeTrace(evidence.current)] : []),
    ...budgets.map(budget => judgeBudget(budget, facts)),
  ];
  return {
    suite: suite.name,
    target: board.name,
    status: caseStatus(verdicts),
    verdicts,
    metrics: metricsOf(facts, manifest),
    warnings: [...warningsOf(facts.heard), ...currentWarnings(budgets, facts.current), ...attemptWarnings(manifest)],
    provenance: provenanceOf(manifest, board, evidence.current),
    ...rigOf(recording),
    recording: recordingFolder,
    startedAt: manifest.startedAt,
    durationMs: Date.parse(manifest.finishedAt) - Date.parse(manifest.startedAt),
  };
}

/** What was heard, before any budget. */
interface Facts extends Ticks {
  readonly heard: Heard;
  readonly end: SessionEnd;
  readonly wanted: number | undefined;
  /** As much as judges of other sessions look at. */
  readonly session: Session;
  readonly accuracy: Accuracy;
  readonly memory: MemoryMetrics;
  readonly operators: readonly OperatorMetrics[] | undefined;
  readonly current: CurrentFacts;
  readonly uplink: UplinkMetrics | undefined;
}

function gather({ suite, board, recording, subject, isImported = false, current }: LogEvidence): Facts {
  const { basis, outcome } = recording.manifest;
  const heard = readHeard(recording);
  const vectors = subject?.inputs.length ?? 0;
  const { boots } = suite.measure;
  const found = ticksOf(heard, { spec: suite.log, board, operators: subject?.reference.operators.length });
  const inferences = (found.ticks ?? []).map(ticks => ({ boot: 0, vector: 0, ticks, output: new Uint8Array() }));
  const perBoot = suite.log?.inferences;
  const wanted = perBoot === undefined ? undefined : perBoot * (isImported ? 1 : boots);
  const end = endOf(outcome, heard, wanted);
  const uplink = recording.samples.filter(sample => sample.kind === 'uplink');
  const session: Session = { ...nothingSeen, end, vectors, boots, inferences, uplink };
  const latency = found.ticks && measureLatency(session, { basis, tickHz: found.tickHz, clockHz: board.clockHz });
  return {
    basis,
    heard,
    end,
    wanted,
    session,
    latency,
    undisturbed: latency,
    partial: found.doubt,
    missing: end.status === 'complete' && !found.ticks ? found.missing : explainEnd(end),
    accuracy:
      subject && hasModel(suite)
        ? measureLogAccuracy(heard, { ...session, inferences: [] }, { suite, subject })
        : lacking('the suite has no model'),
    memory: memoryOf(heard, recording, subject?.reference),
    operators: operatorsOf(heard, subject?.reference),
    current: gatherCurrent({ suite, board, basis, evidence: current, latency, end }),
    uplink: measureUplink(uplink, suite.measure.rawInputBytes),
  };
}

/** Whatever ended it: figures of fewer inferences than were wanted would pass for figures of all. */
function endOf(end: SessionEnd, { inferences, leftOut, metrics }: Heard, wanted = 0): SessionEnd {
  if (end.status !== 'complete' || inferences + leftOut >= wanted) return end;
  return { status: 'broken', reason: `it ended before all inferences came; ${cameIn(metrics, inferences)}` };
}

/** How the log ended: by its own end, by a crash of the firmware's, or because something was wrong around it. */
function judgeSession({ end, wanted, heard }: Facts): Verdict {
  const { inferences, metrics } = heard;
  const count = cameIn(metrics, inferences);
  return {
    budget: end.status === 'failed' ? 'firmware.session' : 'rig.session',
    status: end.status === 'complete' ? 'passed' : end.status,
    measured: end.status === 'skipped' ? null : wanted === undefined ? metrics.lines : inferences,
    relation: wanted === undefined ? null : '>=',
    limit: wanted ?? null,
    unit: wanted === undefined ? 'lines' : 'inferences',
    basis: null,
    optional: false,
    reason: end.status === 'complete' ? count : end.reason,
  };
}

function cameIn({ lines }: Heard['metrics'], inferences: number): string {
  return `${counted(lines, 'line')} came, with ${counted(inferences, 'inference')} in them`;
}

/** Lines that must not be there; a crash that a file goes on after is one of them. Nothing is said where nothing came. */
function judgeLines({ heard, end }: Facts): readonly Verdict[] {
  const { failures, crashes, metrics } = heard;
  if (metrics.lines === 0) return [];
  const bad = [
    ...failures.map(({ line, text }) => ({ line, text })),
    ...crashes.map(({ line, what }) => ({ line, text: what })),
  ].sort((a, b) => a.line - b.line);
  const [first] = bad;
  if (!first && end.status !== 'complete') return []; // as far as it went proves nothing
  const more = bad.length > 1 ? `, and ${counted(bad.length - 1, 'more such line')}` : '';
  return [
    {
      budget: 'firmware.log',
      status: first ? 'failed' : 'passed',
      measured: bad.length,
      relation: '<=',
      limit: 0,
      unit: 'lines',
      basis: null,
      optional: false,
      reason: first
        ? `line ${first.line}: "${first.text}"${more}`
        : `none of ${metrics.lines} lines says that something failed`,
    },
  ];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function judgeBudget(budget: Budget, facts: Facts): Verdict {
  const { end, heard, session, memory, accuracy } = facts;
  if (end.status === 'skipped') return notMeasured(budget, `not measured: ${end.reason}`);
  if (budget.kind === 'metric') return judgeMetric(budget, heard, end);
  if (budget.kind === 'latency') return judgeLatency(budget, facts, session);
  if (budget.kind === 'memory') return judgeMemory(budget, memory, session);
  if (budget.kind === 'golden') return notMeasured(budget, 'a log does not tell outputs to the bit');
  if (isOfCurrent(budget)) return judgeCurrent(budget, facts.current);
  if (budget.kind === 'uplink') return judgeUplink(budget, facts.uplink, session);
  return judgeAccuracy(budget, accuracy, session);
}

/** The most that the log tells, and what the image takes; a model is in firmware of this kind from the start. */
function memoryOf(
  { metrics }: Heard,
  { manifest: { image } }: Recording,
  reference: Reference | undefined,
): MemoryMetrics {
  const most = (name: string) => metrics.figures.find(figure => figure.name === name)?.max;
  const [arenaBytes, stackBytes, arenaReservedBytes] = ['arena_bytes', 'stack_bytes', 'arena_reserved_bytes'].map(most);
  const arenaReserve = arenaReservedBytes ?? image?.arenaReservedBytes;
  return {
    ...(arenaBytes !== undefined && { arenaBytes }),
    ...(stackBytes !== undefined && { stackBytes }),
    ...(image && { flashBytes: image.flashBytes, ramBytes: image.ramBytes }),
    ...(arenaReserve !== undefined && { arenaReservedBytes: arenaReserve }),
    ...(image?.stackReservedBytes !== undefined && { stackReservedBytes: image.stackReservedBytes }),
    ...(reference && { weightBytes: reference.weightBytes }),
    ...(reference?.floatWeightBytes !== undefined && { floatWeightBytes: reference.floatWeightBytes }),
  };
}

/** The median of each operator over the profiles that have the operators of the first. */
function operatorsOf(heard: Heard, reference: Reference | undefined): readonly OperatorMetrics[] | undefined {
  const single = singleProfiles(heard, reference?.operators.length);
  const profiles = single.length > 0 ? single : heard.profiles.map(({ operators }) => operators);
  const [first] = profiles;
  if (!first) return undefined;
  const alike = profiles.filter(profile => profile.length === first.length);
  return first.map(({ name }, index) => {
    const macs = single.length > 0 ? (reference?.operators[index]?.macs ?? 0) : 0;
    const ticks = percentile(ascending(alike.map(profile => profile[index]?.ticks ?? 0)), 50);
    return { index, name, ticks, ...(macs > 0 && { macs }) };
  });
}

function metricsOf(
  { heard, latency, accuracy, memory, operators, session, current, uplink }: Facts,
  { emulation }: Manifest,
): Metrics {
  return {
    vectors: session.vectors,
    ...(latency && { latency }),
    ...(operators && { operators }),
    ...accuracy.metrics,
    memory,
    ...currentMetrics(current),
    ...(uplink && { uplink }),
    ...(emulation && { emulation }),
    log: heard.metrics,
  };
}

/** Doubts that change no verdict. */
function warningsOf({ warnings, unprintable, leftOut, metrics }: Heard): readonly string[] {
  const [first] = warnings;
  return [
    first &&
      `${warnings.length} ${warnings.length === 1 ? 'line warns' : 'lines warn'}: line ${first.line} is "${first.text}"`,
    unprintable > 0
      ? `${unprintable} of ${metrics.bytes} bytes are no text: the line, or its baud rate, may be bad`
      : undefined,
    leftOut > 0
      ? `${leftOut} findings are too many to be kept: more names, profiles or failures than any program needs`
      : undefined,
  ].filter(warning => warning !== undefined);
}
