import { ask, type Session } from './asking.ts';
import type { Answer } from './exchange.ts';
import { join, u8, u16, u32 } from './payload.ts';
import { profileFlag } from './wire.ts';

/** A window's answer: `output` is as much of it as came with it. */
export interface Window {
  readonly ticks: number;
  readonly digest: number;
  readonly output: Uint8Array;
  readonly isDisturbed: boolean;
}

export interface WindowRequest {
  readonly inputDigest: number;
  readonly repeat: number;
  readonly profile: boolean;
}

/** Asks for measured windows, and tells of each whether bytes of a repeated request may have arrived in it. */
export function windowsOf(session: Session): (request: WindowRequest) => Promise<Window> {
  let msPerTick: number | undefined; // of the host's time, which an emulator's tick rate does not tell

  /**
   * Either way: a window that takes longer, by its ticks, than two sendings lay apart (there and back counts as window, which errs on
   * the safe side), or a DUT that answers both of them, since it found the second one waiting.
   */
  const isDisturbed = async (ticks: number, { shortestGapMs }: Answer): Promise<boolean> =>
    shortestGapMs < ticks * (msPerTick ?? Number.POSITIVE_INFINITY) || session.exchange.isAnsweredAgain();

  return async ({ inputDigest, repeat, profile }) => {
    const fields = join(u8(profile ? profileFlag : 0), u16(repeat), u32(inputDigest));
    const question = { name: 'infer', fields, units: repeat, leastAnswerBytes: 12 } as const;
    const { answer, ...window } = await ask(session, question, (payload, whole) => ({
      ticks: payload.u64(),
      digest: payload.u32(),
      output: payload.rest(),
      answer: whole,
    }));
    if (answer.shortestGapMs < Number.POSITIVE_INFINITY)
      return { ...window, isDisturbed: await isDisturbed(window.ticks, answer) };
    const seen = answer.tookMs / window.ticks;
    msPerTick = msPerTick === undefined ? seen : msPerTick + (seen - msPerTick) / 8;
    return { ...window, isDisturbed: false };
  };
}
