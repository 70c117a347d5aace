import { TargetError } from '../errors.ts';
import { pause } from '../pause.ts';
import type { UplinkSample } from '../recording/recording.ts';
import { budgetsFor } from '../suite/suite.ts';
import type { Link } from '../target/port.ts';
import type { AgentJob } from './session.ts';

type Sent = Pick<UplinkSample, 'bytes' | 'messages'>;

/** Hears the port that a board's telemetry goes out of, on its way to the radio. Disposing closes it. */
export interface Telemetry extends AsyncDisposable {
  /** What comes from now on counts, once what was underway has come. */
  begin(): Promise<void>;
  /**
   * All that has come since then; undefined where nothing has: a wire may be off. Rejects with what ended the link.
   */
  end(): Promise<Sent | undefined>;
}

/** Undefined where the board has no such port, or nothing is asked of it. Rejects as Target.open does. */
export async function openTelemetry(
  { rig, suite, target }: AgentJob,
  signal: AbortSignal,
): Promise<Telemetry | undefined> {
  const port = rig?.gear.telemetry;
  const isAsked = budgetsFor(suite, target.name).some(({ kind }) => kind === 'uplink');
  return port && isAsked ? telemetryOn(await port.open('', signal), port.name, signal) : undefined;
}

/** A message is what comes without a pause of so long: a USB bridge holds bytes back for 16 ms. */
const pauseMs = 40;
/** What is silent for so long has sent all, and who never is is not waited for longer. */
const quietMs = 100;
const mostMs = 1000;

/** Counts what comes over a link, as far as it is read. */
export function telemetryOn(link: Link, where: string, signal: AbortSignal): Telemetry {
  let sent = { bytes: 0, messages: 0 };
  let heardMs = Number.NEGATIVE_INFINITY;
  let isClosed = false;
  let lost: unknown;

  const pump = async (): Promise<void> => {
    for await (const { length } of link.bytes) {
      const nowMs = performance.now();
      const isNew = sent.messages === 0 || nowMs - heardMs > pauseMs;
      sent = { bytes: sent.bytes + length, messages: sent.messages + (isNew ? 1 : 0) };
      heardMs = nowMs;
    }
    if (!isClosed) throw new TargetError('its port was closed', where, 'look at its cable');
  };
  const pumped = pump().catch((error: unknown) => {
    lost = error;
  });
  const settle = async (): Promise<void> => {
    const startMs = performance.now();
    do await pause(quietMs, signal);
    while (performance.now() - heardMs < quietMs && performance.now() - startMs < mostMs);
  };
  return {
    async begin() {
      await settle();
      sent = { bytes: 0, messages: 0 };
    },
    async end() {
      await settle();
      if (lost !== undefined) throw lost;
      return sent.bytes > 0 ? sent : undefined;
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await link[Symbol.asyncDispose]();
      await pumped;
    },
  };
}
