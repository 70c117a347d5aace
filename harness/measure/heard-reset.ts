import { pause } from '../pause.ts';
import type { Link } from '../target/port.ts';
import { hearingsOf } from './hearing.ts';
import type { Climb } from './ladder.ts';

/**
 * Whether a silent board can be heard while its probe resets it, since it may print at its boot alone. Not firmware that is asked, which answers later as
 * well; nor a board that the opening of its port resets.
 */
export function canBeHeard({ gear: { flasher, hasLines }, protocol }: Pick<Climb, 'gear' | 'protocol'>): boolean {
  return protocol.kind === 'log' && !hasLines && flasher?.reset !== undefined && !flasher.needsPort;
}

/** What a system has kept of a port from before comes as soon as that is opened. */
const keptMs = 100;

/** Resets a silent board by its probe, and gives the link that has heard it since. What came before is dropped. */
export async function resetHeard({ gear: { flasher, target }, io }: Climb, signal: AbortSignal): Promise<Link> {
  const link = await target.open('', signal);
  try {
    const hear = hearingsOf(link);
    const before = hear();
    await pause(keptMs, signal);
    before.close();
    const heard = hear();
    await flasher?.reset?.(io, signal);
    return heard;
  } catch (error) {
    await link[Symbol.asyncDispose]();
    throw error;
  }
}
