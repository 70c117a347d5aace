import { ask, type Session } from './asking.ts';
import { join, u8, u16, u32 } from './payload.ts';
import { disturbances, profileFlag } from './wire.ts';

/** A window's answer: `output` is as much of it as came with it. */
export interface Window {
  readonly ticks: number;
  readonly disturbance: number;
  readonly digest: number;
  readonly output: Uint8Array;
  /** As the DUT says. One that cannot tell may have been disturbed by any request that was sent more than once. */
  readonly isDisturbed: boolean;
}

export interface WindowRequest {
  readonly inputDigest: number;
  readonly repeat: number;
  readonly profile: boolean;
}

/** Asks for a measured window. */
export function openWindow(session: Session, { inputDigest, repeat, profile }: WindowRequest): Promise<Window> {
  const fields = join(u8(profile ? profileFlag : 0), u16(repeat), u32(inputDigest));
  const question = { name: 'infer', fields, units: repeat, leastAnswerBytes: 13 } as const;
  return ask(session, question, (payload, { sendings }) => {
    const [ticks, disturbance] = [payload.u64(), payload.u8()];
    const isDisturbed = disturbance === disturbances.unknown ? sendings > 1 : disturbance !== disturbances.none;
    return { ticks, disturbance, digest: payload.u32(), output: payload.rest(), isDisturbed };
  });
}
