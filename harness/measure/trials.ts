import { FirmwareFault, ModelRefused, messageOf, ProtocolError } from '../errors.ts';
import type { TrialSample } from '../recording/recording.ts';
import type { Trial } from '../suite/suite.ts';
import { type Attempt, CannotInject, Unnoticed } from './injections/attempt.ts';
import { flipModelBit } from './injections/model-bit.ts';
import { cutPower } from './injections/power-cycle.ts';
import { disturbLine } from './injections/uart.ts';
import { located } from './locate.ts';
import type { AgentJob } from './session.ts';

/**
 * Tries the suite's faults on demand, each in a boot of its own, and samples what came of it: no figure of the measurement is touched. Never
 * rejects for what the DUT or the rig did. Once `signal` has aborted, what is left is broken for its reason.
 */
export async function tryFaults(job: AgentJob, signal: AbortSignal): Promise<void> {
  for (const [trial, wanted] of job.suite.robustness.entries()) {
    job.recorder.sample(await tryFault(job, { trial, wanted }, signal));
  }
}

async function tryFault(
  job: AgentJob,
  { trial, wanted }: { readonly trial: number; readonly wanted: Trial },
  signal: AbortSignal,
): Promise<TrialSample> {
  const { injection, timeoutMs } = wanted;
  const vectors = Math.min(wanted.vectors, job.inputs.length);
  const attempt: Attempt = { job, trial, injection, vectors, seen: { injected: 0, signs: [] } };
  const startedMs = job.clock.nowMs();
  const limit = AbortSignal.timeout(timeoutMs);
  let end: TrialSample['end'] = { status: 'complete' };
  try {
    await inject(attempt, AbortSignal.any([signal, limit]));
  } catch (error) {
    if (signal.aborted) end = { status: 'broken', reason: messageOf(signal.reason) };
    else if (limit.aborted) end = endOfTime(attempt, timeoutMs);
    else end = endFor(located(error, job.image.functionAt), attempt);
  }
  const { injected, bytes, signs } = attempt.seen;
  const durationMs = Math.round(job.clock.nowMs() - startedMs);
  const done = { injected, ...(bytes !== undefined && { bytes }), signs };
  return { kind: 'trial', trial, injection, vectors, ...done, end, durationMs };
}

async function inject({ injection, ...attempt }: Attempt, signal: AbortSignal): Promise<void> {
  const { target, image } = attempt.job;
  await using link = await target.open(image.path, signal);
  if (injection.kind === 'power-cycle') await cutPower({ ...attempt, injection }, link, signal);
  else if (injection.kind === 'model-bit') await flipModelBit({ ...attempt, injection }, link, signal);
  else await disturbLine({ ...attempt, injection }, link, signal);
}

/** Once the fault was done, that the DUT does not get over it is its own failing, and that it says so is a sign. */
function endFor(error: unknown, { seen, vectors }: Attempt): TrialSample['end'] {
  const reason = messageOf(error);
  if (error instanceof CannotInject) return { status: 'skipped', reason };
  if (error instanceof Unnoticed) return { status: 'failed', reason };
  if (!(error instanceof ProtocolError) || !isOwnFailing(error, seen)) return { status: 'broken', reason };
  seen.signs.push(error.what);
  const at = seen.vector === undefined ? '' : `, at vector ${seen.vector} of ${vectors}`;
  return { status: 'failed', reason: `${error.what}${at}` };
}

/** Before the fault it is as in a measurement: only what the firmware says of itself is its failing. */
function isOwnFailing(error: ProtocolError, { injected }: Attempt['seen']): boolean {
  return injected > 0 || error instanceof FirmwareFault || error instanceof ModelRefused;
}

function endOfTime({ seen }: Attempt, timeoutMs: number): TrialSample['end'] {
  const within = `within ${timeoutMs / 1000} s${waitText(seen)}`;
  return seen.injected > 0
    ? { status: 'failed', reason: `it was not over ${within}` }
    : { status: 'broken', reason: `no fault was done ${within}: raise \`timeout\`` };
}

function waitText({ dut, vector }: Attempt['seen']): string {
  const waiting = dut?.waiting();
  if (!waiting) return '';
  const at = waiting.request === 'INFER' && vector !== undefined ? ` of vector ${vector}` : '';
  return `, waiting ${(waiting.ms / 1000).toFixed(1)} s for ${waiting.request}${at}`;
}
