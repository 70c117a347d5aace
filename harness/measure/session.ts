import { createHash } from 'node:crypto';
import { FirmwareFault, ModelRefused, messageOf, NotInstalled, TargetError } from '../errors.ts';
import type { Dut, Inference, Protocol } from '../protocol/port.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Manifest } from '../recording/recording.ts';
import type { Suite } from '../suite/suite.ts';
import type { EmulationCounters, Link, Target } from '../target/port.ts';
import { linkFor } from './back-door.ts';
import { type Boots, bootsOf } from './boots.ts';
import { bringUp, expectModel } from './bring-up.ts';
import { located } from './locate.ts';
import { tapLink } from './tap.ts';
import { tryFaults } from './trials.ts';

/** Everything one case needs to be measured. `inputs` [vectors] are the bytes of all input tensors, end to end. */
export interface Job {
  readonly suite: Suite;
  readonly target: Target;
  readonly protocol: Protocol;
  readonly image: NonNullable<Manifest['image']> & {
    readonly path: string;
    readonly buildId: string;
    /** The function that an address of the running firmware lies in, where the image's symbols tell. */
    readonly functionAt?: (address: number) => string | undefined;
  };
  readonly model: Uint8Array;
  readonly inputs: readonly Uint8Array[];
  readonly recorder: Recorder;
  readonly clock: { nowMs(): number; nowIso(): string };
  readonly onProgress: (progress: Progress) => void;
  /** Off only to show that the golden catches what the proof of identity would have caught first. */
  readonly proveModel?: boolean;
  /** A target that is not installed is broken, not skipped: the user named it. */
  readonly isRequired?: boolean;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** The emulator's speed since the last progress, in million instructions a second. */
  readonly mips?: number;
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
  if (outcome.status === 'complete' && job.suite.robustness.length > 0) {
    await tryFaults(job, signal);
    note({}); // when it was over
  }
  return manifest;
}

async function outcomeOf(job: Job, note: (seen: Partial<Manifest>) => void, signal: AbortSignal) {
  let seen: Seen = {};
  try {
    const { target, image, suite } = job;
    await using boots = bootsOf({ target, imagePath: image.path, count: suite.measure.boots }, signal);
    for (let boot = 0; boot < suite.measure.boots; boot++) {
      seen = {};
      await measureBoot({ ...job, boot, note, seen }, boots, signal);
    }
    return { status: 'complete' } as const;
  } catch (error) {
    const reason = signal.aborted ? abortReason(signal, seen) : located(error, job.image.functionAt);
    return { status: statusFor(reason, job), reason: messageOf(reason) } as const;
  }
}

/** A DUT that hangs looks like one that is slow: what it has not answered by then is said. */
function abortReason({ reason }: AbortSignal, { dut, vector }: Seen): unknown {
  const waiting = dut?.waiting();
  if (!waiting || waiting.ms < longWaitMs || !(reason instanceof TargetError)) return reason;
  const { request, sendings, ms } = waiting;
  const asked = request === 'INFER' && vector !== undefined ? `INFER of vector ${vector}` : request;
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

interface Boot extends Job {
  readonly boot: number;
  readonly note: (seen: Partial<Manifest>) => void;
  /** Of this boot. */
  readonly seen: Seen;
}

/** What a boot that breaks leaves behind. */
interface Seen {
  dut?: Dut;
  /** The last one that was asked for. */
  vector?: number;
  droppedFrames?: number;
}

async function measureBoot(job: Boot, boots: Boots, signal: AbortSignal): Promise<void> {
  const link = await boots.next();
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

async function exchange(job: Boot, link: Link, signal: AbortSignal): Promise<void> {
  const { seen } = job;
  try {
    const dut = await bringUp(job, tapLink(linkFor(job.suite, link), job.recorder), signal, connected => {
      seen.dut = connected;
      job.note({ dut: connected.identity });
    });
    await settle(job, dut, link);
    await inferAll(job, dut, link);
    job.note({ carried: dut.carried() });
    delete seen.vector;
    await profile(job, dut);
    await expectModel(job, dut, 'after the last inference');
    seen.droppedFrames = (await dut.stats()).droppedFrames;
  } finally {
    sampleLink(job);
  }
}

function sampleLink({ recorder, boot, seen: { dut, droppedFrames } }: Boot): void {
  if (dut)
    recorder.sample({ kind: 'link', boot, ...dut.linkUse(), ...(droppedFrames !== undefined && { droppedFrames }) });
}

/** A window this long hides what every window costs besides its inferences: some tens of ticks. */
const scalingTicks = 10_000;
/** … but no longer than a tenth of a second on a slow timer, nor of more inferences than this. */
const mostScalingRuns = 1000;

/** Prepares, warms up, checks that twice the work takes twice the ticks, and prepares again so that no state is left of it. */
async function settle(job: Boot, dut: Dut, link: Link): Promise<void> {
  const { suite, model, inputs, boot, recorder, target } = job;
  const prepared = await dut.prepare(model.length);
  const first = inputs[0] ?? new Uint8Array();
  expectInputBytes(job, prepared.inputBytes, first.length);
  for (let run = 0; run < suite.measure.warmup; run++) await dut.infer(first);
  const executed = () => (target.basis === 'instructions' ? link.counters?.() : undefined);
  const window = (repeat: number) => undisturbed(() => countedIn(executed, () => dut.infer(first, { repeat })));
  const one = await window(1);
  const runs = scalingRuns(one.ticks, dut.identity.tickHz);
  const single = runs === 1 ? one : await window(runs);
  const double = await window(2 * runs);
  recorder.sample({
    kind: 'scaling',
    boot,
    runs,
    ticks: single.ticks,
    doubledTicks: double.ticks,
    ...(single.executed !== undefined &&
      double.executed !== undefined && { executed: single.executed, doubledExecuted: double.executed }),
    ...markOf(single.isDisturbed ? single : double),
  });
  await dut.prepare(model.length);
}

/** A window with what the emulator executed from its request to its answer, where it tells. */
async function countedIn(
  counters: () => Promise<EmulationCounters> | undefined,
  take: () => Promise<Inference>,
): Promise<Inference & { readonly executed?: number }> {
  const before = await counters();
  const window = await take();
  const after = await counters();
  return before && after ? { ...window, executed: after.instructions - before.instructions } : window;
}

function scalingRuns(ticks: number, tickHz: number): number {
  if (ticks === 0) return 1; // no window is long enough for a counter that stands still
  const wanted = Math.ceil(Math.min(scalingTicks, tickHz / 10) / ticks);
  return Math.min(Math.max(wanted, 1), mostScalingRuns);
}

/** Takes a disturbed window again, up to twice: only where nothing is measured later that the model's state could change. */
async function undisturbed<T extends Inference>(take: () => Promise<T>): Promise<T> {
  let window = await take();
  for (let again = 0; again < 2 && window.isDisturbed; again++) window = await take();
  return window;
}

function markOf({ isDisturbed }: Inference): { isDisturbed?: true } {
  return isDisturbed ? { isDisturbed } : {};
}

function expectInputBytes({ target }: Boot, wanted: number, given: number): void {
  if (wanted === given) return;
  throw new TargetError(
    `the DUT's model takes ${wanted} input bytes, the vectors have ${given}`,
    target.name,
    'the firmware reads the model in another way than the host: report it with the model',
  );
}

const progressIntervalMs = 100;

async function inferAll(
  { suite, inputs, boot, recorder, clock, onProgress, seen }: Boot,
  dut: Dut,
  link: Link,
): Promise<void> {
  const total = inputs.length * suite.measure.boots;
  let reportedMs = clock.nowMs();
  let counters = await link.counters?.();
  for (const [vector, input] of inputs.entries()) {
    seen.vector = vector;
    const { output, ...window } = await dut.infer(input);
    recorder.sample({ kind: 'inference', boot, vector, ...window, output: Buffer.from(output).toString('base64') });
    if (clock.nowMs() - reportedMs < progressIntervalMs) continue;
    reportedMs = clock.nowMs();
    const before = counters;
    counters = await link.counters?.();
    onProgress({ done: boot * inputs.length + vector + 1, total, ...speed(before, counters) });
  }
}

function speed(before?: EmulationCounters, now?: EmulationCounters): { mips?: number } {
  if (!before || !now || now.busyMs === before.busyMs) return {};
  return { mips: (now.instructions - before.instructions) / (now.busyMs - before.busyMs) / 1000 };
}

async function profile({ inputs, boot, recorder }: Boot, dut: Dut): Promise<void> {
  const window = await undisturbed(() => dut.infer(inputs[0] ?? new Uint8Array(), { profile: true }));
  recorder.sample({ kind: 'operators', boot, vector: 0, ticks: await dut.operatorTicks(), ...markOf(window) });
  const { droppedFrames: _ofTheLink, ...memory } = await dut.stats();
  recorder.sample({ kind: 'memory', boot, ...memory });
}

function started({ suite, target, model, inputs, image, clock }: Job): Manifest {
  const vectors = createHash('sha256');
  for (const input of inputs) vectors.update(input);
  const { path: _path, buildId: _buildId, functionAt: _functionAt, ...recorded } = image;
  return {
    tickmark: 1,
    suite: suite.name,
    target: target.name,
    basis: target.basis,
    ...(target.emulator === undefined ? {} : { emulator: target.emulator }),
    startedAt: clock.nowIso(),
    finishedAt: clock.nowIso(),
    outcome: { status: 'broken', reason: 'the session was cut off before it ended' },
    model: { sha256: createHash('sha256').update(model).digest('hex'), bytes: model.length },
    vectors: { count: inputs.length, sha256: vectors.digest('hex') },
    image: recorded,
  };
}
