import { createHash } from 'node:crypto';
import {
  BoardLost,
  FirmwareFault,
  ModelRefused,
  messageOf,
  NotInstalled,
  TargetError,
  WrongFirmware,
} from '../errors.ts';
import type { AgentProtocol, Dut, Protocol } from '../protocol/port.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Attempt, Manifest, Sample } from '../recording/recording.ts';
import { type AnySuite, type Suite, withModel } from '../suite/suite.ts';
import type { Link, Target } from '../target/port.ts';
import { measureAgent } from './agent-session.ts';
import { boardBoots, isMendable } from './board-boots.ts';
import { type Boots, bootsOf, type Met } from './boots.ts';
import type { ExpectedBoard } from './bring-up.ts';
import { located } from './locate.ts';
import { measureLog } from './log-session.ts';
import { type Metering, meteringOf } from './metering.ts';
import { measureMlperf } from './mlperf-session.ts';
import type { Rig } from './rig.ts';
import type { TimeLimit } from './time-limit.ts';
import { tryFaults } from './trials.ts';

/** Everything one case needs to be measured. `inputs` [vectors] are the bytes of all input tensors, end to end. */
export interface Job {
  readonly suite: AnySuite;
  readonly target: Target;
  readonly protocol: Protocol;
  /** Absent where it is whatever the board has in its flash. */
  readonly image?: JobImage;
  /** Absent where nothing is known of it: of firmware that only prints. */
  readonly model?: Uint8Array;
  readonly inputs: readonly Uint8Array[];
  /** Bits a second, on a serial port. */
  readonly baud?: number;
  readonly recorder: Recorder;
  readonly clock: { nowMs(): number; nowIso(): string };
  readonly onProgress: (progress: Progress) => void;
  /** A log that somebody has kept: nothing runs. */
  readonly isImported?: boolean;
  /** Of a board of silicon. */
  readonly rig?: Rig;
  /** Of a board: what it takes to make it answer is none of the session's time. */
  readonly limit?: Pick<TimeLimit, 'pause' | 'resume'>;
  /** What the DUT has to announce besides its build. */
  readonly expected?: ExpectedBoard;
  /** Those that broke before this one. */
  readonly attempts?: readonly Attempt[];
  /** Off only to show that the golden catches what the proof of identity would have caught first. */
  readonly proveModel?: boolean;
  /** A target that is not installed is broken, not skipped: the user named it. */
  readonly isRequired?: boolean;
}

/** An ELF file. */
export type JobImage = NonNullable<Manifest['image']> & {
  readonly path: string;
  readonly buildId?: string;
  /** The function that an address of the running firmware lies in, where the image's symbols tell. */
  readonly functionAt?: (address: number) => string | undefined;
};

/** A case of a known model. */
export interface ModelJob extends Job {
  readonly suite: Suite;
  readonly model: Uint8Array;
}

/** A case of firmware that has the agent in it, and can prove which it is. */
export interface AgentJob extends ModelJob {
  readonly protocol: AgentProtocol;
  readonly image: AgentImage;
}

/** An ELF file whose firmware can prove that it runs. */
export type AgentImage = JobImage & { readonly buildId: string };

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** The emulator's speed since the last progress, in million instructions a second. */
  readonly mips?: number;
  /** What takes its time besides vectors: `idle for 1 s`. */
  readonly busy?: string;
}

/**
 * Measures a case once into its recording: open, identify, load, prove, exchange, prove again. Never rejects for what the DUT or the rig did:
 * that is the recording's outcome. Rejects when the recording itself cannot be written.
 */
export async function measure(job: Job, signal: AbortSignal): Promise<Manifest> {
  let manifest = started(job);
  const note = (seen: Partial<Manifest>) => {
    manifest = { ...manifest, ...seen, finishedAt: job.clock.nowIso() };
    job.recorder.manifest(manifest);
  };
  note({});
  const outcome = await outcomeOf(job, note, signal);
  note({ outcome });
  const { protocol, suite } = job;
  if (outcome.status === 'complete' && suite.robustness.length > 0 && protocol.kind === 'tickmark') {
    await tryFaults(agentJob(job, protocol), signal);
    note({}); // when it was over
  }
  return manifest;
}

/** Records why a case was not begun. */
export function recordUntried(job: Job, reason: unknown): Manifest {
  const untried = { ...started(job), outcome: { status: statusFor(reason, job), reason: messageOf(reason) } };
  job.recorder.manifest(untried);
  return untried;
}

async function outcomeOf(job: Job, note: (seen: Partial<Manifest>) => void, signal: AbortSignal) {
  let seen: Seen = {};
  if (job.rig) job.rig.isWorthAgain = false;
  try {
    if (job.rig) job.limit?.pause();
    await using metering = await meteringOf(job, signal);
    const metered = { ...job, ...(metering && { metering }) };
    await using boots = bootsFor(metered, note, signal);
    for (let boot = 0; boot < job.suite.measure.boots; boot++) {
      do seen = {};
      while (!(await isBootMeasured({ ...metered, boot, note, seen }, boots, signal)));
    }
    return { status: 'complete' } as const;
  } catch (error) {
    const reason = signal.aborted ? abortReason(signal, seen) : located(error, job.image?.functionAt);
    if (job.rig) rememberEnd(job.rig, reason, signal);
    return { status: statusFor(reason, job), reason: messageOf(reason) } as const;
  }
}

function bootsFor(job: MeteredJob, note: (seen: Partial<Manifest>) => void, signal: AbortSignal): Boots {
  const { target, image, suite, rig } = job;
  return rig
    ? boardBoots({ ...job, rig }, note, signal)
    : bootsOf({ target, imagePath: image?.path ?? '', count: suite.measure.boots }, signal);
}

/** False when it has to be tried again: nothing was measured, and something was done about what was in the way. */
async function isBootMeasured(job: Omit<Boot, 'met'>, boots: Boots, signal: AbortSignal): Promise<boolean> {
  const met = (how: Met): void => {
    job.limit?.resume();
    boots.met?.(how);
  };
  job.limit?.pause();
  const recorder = firstFigure(job.recorder, () => met({ resetCause: job.seen.resetCause }));
  try {
    await measureBoot({ ...job, recorder, met }, boots, signal);
    return true;
  } catch (error) {
    if (signal.aborted || !boots.mend || recorder.hasFigures()) throw error;
    job.limit?.pause();
    await boots.mend(error);
    return false;
  }
}

/** The same recorder, which tells when the first figure comes: from then on a boot cannot be tried again without being measured twice. */
function firstFigure(recorder: Recorder, onFirst: () => void): Recorder & { hasFigures(): boolean } {
  let hasFigures = false;
  return {
    ...recorder,
    hasFigures: () => hasFigures,
    sample(sample) {
      if (isFigure(sample) && !hasFigures) onFirst();
      hasFigures ||= isFigure(sample);
      recorder.sample(sample);
    },
  };
}

/** Neither what was done to the board and when, nor how a line did, nor who a log says that it is. */
function isFigure({ kind }: Sample): boolean {
  return kind !== 'rig' && kind !== 'mark' && kind !== 'link' && kind !== 'log' && kind !== 'fact';
}

function rememberEnd(rig: Rig, reason: unknown, signal: AbortSignal): void {
  rig.isWorthAgain = !signal.aborted && isMendable(reason) && !(reason instanceof WrongFirmware);
  if (reason instanceof BoardLost) rig.sick = reason.what;
}

/** A DUT that hangs looks like one that is slow: what it has not answered by then is said. */
function abortReason({ reason }: AbortSignal, { dut, vector, heard }: Seen): unknown {
  if (heard && reason instanceof TargetError)
    return new TargetError(`${reason.what}; ${heard()}`, reason.where, reason.fix, { cause: reason });
  const waiting = dut?.waiting();
  if (!waiting || waiting.ms < longWaitMs || !(reason instanceof TargetError)) return reason;
  const { request, sendings, ms } = waiting;
  const isInference = request === 'INFER' || request === 'FEED' || request === 'COLLECT';
  const asked = isInference && vector !== undefined ? `${request} of vector ${vector}` : request;
  const sent = sendings === 1 ? 'sent once' : `sent ${sendings} times`;
  const what = `${reason.what}, waiting ${(ms / 1000).toFixed(1)} s for ${asked}, ${sent}`;
  return new TargetError(what, reason.where, reason.fix, { cause: reason });
}

/** Shorter waits are everyday. */
const longWaitMs = 1000;

/** A crash, or a model that the runtime refuses, is the firmware's fault; everything else is the rig's, where there is a rig. */
function statusFor(error: unknown, { isRequired }: Job): 'failed' | 'skipped' | 'broken' {
  if (error instanceof FirmwareFault || error instanceof ModelRefused) return 'failed';
  return error instanceof NotInstalled && !isRequired ? 'skipped' : 'broken';
}

interface MeteredJob extends Job {
  readonly metering?: Metering;
}

export interface Boot extends MeteredJob {
  readonly boot: number;
  readonly note: (seen: Partial<Manifest>) => void;
  /** Takes note that the firmware that is meant answers, and of how it has shown that. */
  readonly met: (how: Met) => void;
  /** Of this boot. */
  readonly seen: Seen;
}

/** What a boot that breaks leaves behind. */
export interface Seen {
  dut?: Pick<Dut, 'linkUse' | 'waiting'>;
  /** The last one that was asked for. */
  vector?: number;
  droppedFrames?: number;
  /** What a log has told so far, as a clause. */
  heard?: () => string;
  /** Why the chip was reset, as firmware says that only prints. */
  resetCause?: string | undefined;
}

async function measureBoot(job: Boot, boots: Boots, signal: AbortSignal): Promise<void> {
  const link = await boots.next();
  if (job.protocol.kind !== 'tickmark') job.limit?.resume(); // an agent that is silent is given up soon enough
  let isComplete = false;
  try {
    await exchange(job, link, signal);
    isComplete = true;
  } finally {
    const emulation = await boots.counters();
    if (emulation) job.note({ emulation });
    await link.keepEvidence?.(job.recorder.folder, { isComplete });
  }
}

/** What is measured, and how, is the protocol's. */
async function exchange(job: Boot, link: Link, signal: AbortSignal): Promise<void> {
  const { protocol } = job;
  if (protocol.kind === 'log') await measureLog({ ...job, protocol }, link, signal);
  else if (protocol.kind === 'mlperf-tiny') await measureMlperf({ ...job, ...modelJob(job), protocol }, link, signal);
  else await measureAgent({ ...job, ...agentJob(job, protocol) }, link, signal);
}

function agentJob(job: Job, protocol: AgentProtocol): AgentJob {
  return { ...modelJob(job), protocol, image: agentImage(job.image, job.target.name) };
}

function modelJob({ suite, model, ...job }: Job): ModelJob {
  if (!model) throw new TargetError('its suite has no model', job.target.name, 'name the model that the firmware runs');
  return { ...job, suite: withModel(suite), model };
}

/** Throws TargetError where the firmware's file, or its build id, is not known: then it could not prove anything. */
export function agentImage(image: JobImage | undefined, where: string): AgentImage {
  const { buildId } = image ?? {};
  if (image && buildId !== undefined) return { ...image, buildId };
  throw new TargetError('its firmware has no build id', where, 'name an image that was linked with one');
}

function started({ suite, target, model, inputs, image, clock, attempts = [] }: Job): Manifest {
  const vectors = createHash('sha256');
  for (const input of inputs) vectors.update(input);
  const recorded = image && recordedOf(image);
  return {
    tickmark: 1,
    suite: suite.name,
    target: target.name,
    basis: target.basis,
    ...(target.emulator === undefined ? {} : { emulator: target.emulator }),
    startedAt: clock.nowIso(),
    finishedAt: clock.nowIso(),
    outcome: { status: 'broken', reason: 'the session was cut off before it ended' },
    ...(model && {
      model: { sha256: createHash('sha256').update(model).digest('hex'), bytes: model.length },
      vectors: { count: inputs.length, sha256: vectors.digest('hex') },
    }),
    ...(recorded && { image: recorded }),
    ...(attempts.length > 0 && { attempts }),
  };
}

function recordedOf({
  path: _path,
  buildId: _buildId,
  functionAt: _functionAt,
  ...recorded
}: JobImage): Manifest['image'] {
  return recorded;
}
