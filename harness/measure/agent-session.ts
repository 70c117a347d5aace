import { TargetError } from '../errors.ts';
import type { Dut, Inference } from '../protocol/port.ts';
import type { EmulationCounters, Link } from '../target/port.ts';
import type { Basis } from '../units.ts';
import { linkFor } from './back-door.ts';
import { bringUp, buildIdProof, expectModel } from './bring-up.ts';
import { inferLong, inferPeriodically, leaveAlone } from './long-windows.ts';
import { type MarkedDut, markedDut } from './marks.ts';
import type { AgentJob, Boot } from './session.ts';
import { heardDut } from './silence.ts';
import { tapLink } from './tap.ts';
import { openTelemetry, type Telemetry } from './telemetry.ts';

type AgentBoot = Boot & AgentJob;

/** Measures firmware that has the agent in it: identify, load, prove, exchange, prove again. */
export async function measureAgent(job: AgentBoot, link: Link, signal: AbortSignal): Promise<void> {
  const { seen } = job;
  await using telemetry = await openTelemetry(job, signal);
  try {
    const brought = await bringUp(job, tapLink(linkFor(job.suite, link), job.recorder), signal, {
      hear: connected => (job.rig ? heardDut(connected, job.target.name) : connected),
      onConnect(introduced) {
        seen.dut = introduced;
        job.note({ dut: introduced.identity });
      },
      onIdentified: ({ identity }) => job.met({ proof: buildIdProof, resetCause: identity.resetCause }),
    });
    const dut = markedDut(job, brought);
    const isTimed = job.suite.measure.only !== 'accuracy';
    await (isTimed ? settle(job, dut, link) : prepare(job, dut));
    await leaveAlone(job, 0, signal);
    await telemetry?.begin();
    await recordAll(job, link, isTimed ? inferEach(job, dut) : feedAll(job, dut));
    await sampleUplink(job, dut, telemetry);
    job.note({ carried: dut.carried() });
    delete seen.vector;
    if (isTimed) await inferLong(job, dut);
    if (isTimed) await inferPeriodically(job, dut, signal);
    if (isTimed) await profile(job, dut);
    await sampleMemory(job, dut);
    await expectModel(job, brought, { when: 'after the last inference' });
    seen.droppedFrames = (await dut.stats()).droppedFrames;
    await leaveAlone(job, job.inputs.length, signal);
  } finally {
    sampleLink(job);
  }
}

function sampleLink({ recorder, boot, seen: { dut, droppedFrames } }: AgentBoot): void {
  if (dut)
    recorder.sample({ kind: 'link', boot, ...dut.linkUse(), ...(droppedFrames !== undefined && { droppedFrames }) });
}

/** A window this long hides what every window costs besides its inferences: some tens of ticks. */
const scalingTicks = 10_000;
/** … but no longer than a tenth of a second on a slow timer, nor of more inferences than this. */
const mostScalingRuns = 1000;
/** On silicon a window has this share of a second, in which what interrupts it comes as often as in the other: a system's clock, its USB. */
const siliconWindow = 1 / 20;

/** Prepares, warms up, checks that twice the work takes twice the ticks, and prepares again so that no state is left of it. */
async function settle(job: AgentBoot, dut: MarkedDut, link: Link): Promise<void> {
  const { suite, model, inputs, boot, recorder, target } = job;
  await prepare(job, dut);
  const first = inputs[0] ?? new Uint8Array();
  for (let run = 0; run < suite.measure.warmup; run++) await dut.infer(first, { purpose: 'warmup', vector: 0 });
  const executed = () => (target.basis === 'instructions' ? link.counters?.() : undefined);
  const scaling = (repeat: number) => dut.infer(first, { purpose: 'scaling', vector: 0, repeat });
  const window = (repeat: number) => undisturbed(() => countedIn(executed, () => scaling(repeat)));
  const one = await window(1);
  const runs = scalingRuns(one.ticks, leastTicks(target.basis, dut.identity.tickHz));
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

async function prepare(job: AgentBoot, dut: Pick<Dut, 'prepare'>): Promise<void> {
  const { inputBytes } = await dut.prepare(job.model.length);
  expectInputBytes(job, inputBytes, job.inputs[0]?.length ?? 0);
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

function leastTicks(basis: Basis, tickHz: number): number {
  return basis === 'silicon' ? tickHz * siliconWindow : Math.min(scalingTicks, tickHz / 10);
}

function scalingRuns(ticks: number, wantedTicks: number): number {
  if (ticks === 0) return 1; // no window is long enough for a counter that stands still
  const wanted = Math.ceil(wantedTicks / ticks);
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

function expectInputBytes({ target }: AgentBoot, wanted: number, given: number): void {
  if (wanted === given) return;
  throw new TargetError(
    `the DUT's model takes ${wanted} input bytes, the vectors have ${given}`,
    target.name,
    'the firmware reads the model in another way than the host: report it with the model',
  );
}

const progressIntervalMs = 100;

/** One after the other; nothing passes the link while one is timed. */
async function* inferEach({ inputs, seen }: AgentBoot, dut: MarkedDut): AsyncGenerator<Inference> {
  for (const [vector, input] of inputs.entries()) {
    seen.vector = vector;
    yield await dut.infer(input, { purpose: 'inference', vector });
  }
}

/** As fast as the link is. */
async function* feedAll(
  { inputs, seen }: AgentBoot,
  dut: Pick<Dut, 'inferAll'>,
): AsyncGenerator<Pick<Inference, 'output'>> {
  seen.vector = 0;
  for await (const output of dut.inferAll(inputs)) {
    yield { output };
    seen.vector++;
  }
}

async function recordAll(
  { suite, inputs, boot, recorder, clock, onProgress }: AgentBoot,
  link: Link,
  inferences: AsyncIterable<Pick<Inference, 'output'> & Partial<Inference>>,
): Promise<void> {
  const total = inputs.length * suite.measure.boots;
  let reportedMs = clock.nowMs();
  let counters = await link.counters?.();
  let done = 0;
  for await (const { output, ...window } of inferences) {
    const vector = done++;
    recorder.sample({ kind: 'inference', boot, vector, ...window, output: Buffer.from(output).toString('base64') });
    if (clock.nowMs() - reportedMs < progressIntervalMs) continue;
    reportedMs = clock.nowMs();
    const before = counters;
    counters = await link.counters?.();
    onProgress({ done: boot * inputs.length + done, total, ...speed(before, counters) });
  }
}

function speed(before?: EmulationCounters, now?: EmulationCounters): { mips?: number } {
  if (!before || !now || now.busyMs === before.busyMs) return {};
  return { mips: (now.instructions - before.instructions) / (now.busyMs - before.busyMs) / 1000 };
}

async function profile({ inputs, boot, recorder }: AgentBoot, dut: MarkedDut): Promise<void> {
  const of = { purpose: 'profile', vector: 0, profile: true } as const;
  const window = await undisturbed(() => dut.infer(inputs[0] ?? new Uint8Array(), of));
  recorder.sample({ kind: 'operators', boot, vector: 0, ticks: await dut.operatorTicks(), ...markOf(window) });
}

/** What a wire has carried goes before what the firmware says: since PREPARE, so it is what was sent of these inputs. */
async function sampleUplink(
  { inputs, boot, recorder }: AgentBoot,
  dut: Pick<Dut, 'stats'>,
  telemetry: Telemetry | undefined,
): Promise<void> {
  const uplink = telemetry ? await telemetry.end() : (await dut.stats()).uplink;
  if (uplink) recorder.sample({ kind: 'uplink', boot, inputs: inputs.length, ...uplink });
}

async function sampleMemory({ boot, recorder }: AgentBoot, dut: Pick<Dut, 'stats'>): Promise<void> {
  const { droppedFrames: _ofTheLink, uplink: _ofTheInputs, ...memory } = await dut.stats();
  recorder.sample({ kind: 'memory', boot, ...memory });
}
