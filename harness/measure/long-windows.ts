import { pause } from '../pause.ts';
import type { MeasureCurrent } from '../suite/suite.ts';
import { type MarkedDut, timesOf } from './marks.ts';
import type { AgentJob, Boot } from './session.ts';

type TracedBoot = Pick<Boot & AgentJob, 'suite' | 'metering' | 'recorder' | 'boot' | 'inputs' | 'onProgress'>;

/** A window whose ends are known no better than to a hundredth of it says nothing of one inference. */
const leastTimes = 100;
/** Where no wire tells: a window lies anywhere in what the link takes, which may be so many times what it usually takes; … */
const slackMargin = 3;
/** … and samples are on their way for a frame of USB at least, and for how much longer nobody sees. */
const meterMs = 5;
const windows = 10;
/** INFER has two bytes for it. */
const mostRuns = 65_535;

/** Leaves the DUT alone, so that the trace shows what it draws then; once before its windows, and once after them. */
export async function leaveAlone(job: TracedBoot, done: number, signal: AbortSignal): Promise<void> {
  const current = currentOf(job);
  if (!current || current.idleMs === 0) return;
  const { recorder, boot } = job;
  tell(job, `idle for ${current.idleMs / 1000} s`, done);
  const sentMs = recorder.nowMs();
  await pause(current.idleMs, signal);
  const times = timesOf(sentMs, recorder.nowMs());
  recorder.sample({ kind: 'mark', boot, purpose: 'idle', vector: 0, runs: 0, ...times });
}

/** Windows of many inferences each, where the meter cannot tell the ends of single ones; some vectors, evenly among all. */
export async function inferLong(job: TracedBoot, dut: MarkedDut): Promise<void> {
  const { inputs, metering } = job;
  if (!currentOf(job)) return;
  const { eachMs, slackMs } = dut.seen;
  const { edgeUs } = metering?.tracing ?? {};
  const leastMs = edgeUs === undefined ? leastLengthMs(slackMargin * slackMs) : (leastTimes * edgeUs) / 1000;
  if (eachMs >= leastMs || eachMs === 0) return; // a counter that stands still is said elsewhere
  const repeat = runsFor(leastMs, eachMs);
  for (let window = 0; window < windows; window++) {
    const vector = Math.floor((window * inputs.length) / windows);
    tell(job, `window ${window + 1}/${windows} of ${repeat} inferences`);
    await inferPlaced(dut, inputs[vector] ?? new Uint8Array(), { vector, repeat, isByWire: edgeUs !== undefined });
  }
}

const mostTries = 3;
/** A machine that was busy once need not be so for the whole of a window. */
const mostTimesLonger = 4;

interface Wanted {
  readonly vector: number;
  readonly repeat: number;
  readonly isByWire: boolean;
}

/**
 * A window whose answer was late, since this machine was busy, has no place where no wire tells it: then it is for nothing, and taken again, as long as that
 * asks for.
 */
async function inferPlaced(dut: MarkedDut, input: Uint8Array, { vector, repeat, isByWire }: Wanted): Promise<void> {
  let runs = repeat;
  for (let left = mostTries; left > 0; left--) {
    const isLast = isByWire || left === 1;
    const purpose = (slackMs: number, dutMs: number) =>
      isLast || leastLengthMs(slackMs) <= dutMs ? 'window' : 'warmup';
    await dut.infer(input, { vector, repeat: runs, purpose });
    const { lastPurpose, lastSlackMs, eachMs } = dut.seen;
    if (lastPurpose === 'window') return;
    runs = Math.min(runsFor(leastLengthMs(lastSlackMs), eachMs), mostTimesLonger * repeat);
  }
}

/** Of a window that lies anywhere within what the link took. */
function leastLengthMs(slackMs: number): number {
  return leastTimes * (slackMs / 2 + meterMs);
}

function runsFor(lengthMs: number, eachMs: number): number {
  return Math.min(Math.ceil(lengthMs / eachMs) + 1, mostRuns);
}

/**
 * An inference a period, as an application has it: each begins a period after the one before by the host's clock, counted from the first, so that nothing
 * adds up. One more than there are periods ends the last. The input is sent once: what its way to the DUT takes is none of the application's.
 */
export async function inferPeriodically(job: TracedBoot, dut: MarkedDut, signal: AbortSignal): Promise<void> {
  const { recorder, metering, inputs } = job;
  const { periodMs, periods } = currentOf(job) ?? { periods: 0 };
  if (periodMs === undefined) return;
  const { eachMs } = dut.seen;
  if (eachMs >= periodMs) {
    const takes = `an inference takes ${(eachMs / 1000).toPrecision(3)} s`;
    return metering?.tracing?.note(`no duty cycle was measured: ${takes}, and the period is ${periodMs / 1000} s`);
  }
  const input = inputs[0] ?? new Uint8Array();
  await dut.infer(input, { purpose: 'period', vector: 0 });
  const startMs = dut.seen.askedMs;
  for (let period = 1; period <= periods; period++) {
    tell(job, `period ${period}/${periods}`);
    await pause(Math.max(0, Math.ceil(startMs + period * periodMs - recorder.nowMs())), signal); // a timer drops fractions
    await dut.infer(input, { purpose: 'period', vector: 0, isThere: true });
  }
}

/** Undefined where no trace is taken, and in boots after the first: once is enough. */
function currentOf({ suite, metering, boot }: TracedBoot): MeasureCurrent | undefined {
  return metering?.tracing && boot === 0 ? suite.measure.current : undefined;
}

/** A person who watches sees why nothing happens. */
function tell({ inputs, suite, onProgress }: TracedBoot, busy: string, done = inputs.length): void {
  onProgress({ done, total: inputs.length * suite.measure.boots, busy });
}
