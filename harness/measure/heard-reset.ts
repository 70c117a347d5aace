import type { PowerSwitch } from '../flash/port.ts';
import { pause } from '../pause.ts';
import type { Link } from '../target/port.ts';
import { hearingsOf } from './hearing.ts';
import { type Climb, type Climbed, climb } from './ladder.ts';

/**
 * Whether a silent board can be heard while its probe resets it, since it may print at its boot alone. Not firmware that is asked, which answers later as
 * well; nor a board that the opening of its port resets.
 */
export function canBeHeard({ gear: { flasher, hasLines }, protocol }: Pick<Climb, 'gear' | 'protocol'>): boolean {
  return protocol.kind === 'log' && !hasLines && flasher?.reset !== undefined && !flasher.needsPort;
}

/** Resets a silent board by its probe, and gives the link that has heard it since. What came before is dropped. */
export async function resetHeard({ gear: { flasher, target }, io }: Climb, signal: AbortSignal): Promise<Link> {
  const { link } = await heardFrom(target.open('', signal), signal, async hearAnew => {
    hearAnew();
    await flasher?.reset?.(io, signal);
  });
  return link;
}

/** Cuts the power of a chip whose port stays, and gives the link that has heard it since it is back. */
export async function powerHeard(
  with_: Climb & { readonly power: PowerSwitch },
  signal: AbortSignal,
): Promise<{ readonly link: Link; readonly done: Climbed }> {
  const { gear, power } = with_;
  return heardFrom(gear.target.open('', signal), signal, hearAnew => {
    const on: PowerSwitch['on'] = (...args) => {
      hearAnew(); // a line that nobody drives may have said anything
      return power.on(...args);
    };
    return climb('power', { ...with_, gear: { ...gear, power: { ...power, on } } }, signal);
  });
}

/** What a system has kept of a port from before comes as soon as that is opened. */
const keptMs = 100;

/** Does something to the chip at the other end of a link, which hears from the moment on that `work` says. */
async function heardFrom<T>(
  opening: Promise<Link>,
  signal: AbortSignal,
  work: (hearAnew: () => void) => Promise<T>,
): Promise<{ readonly link: Link; readonly done: T }> {
  const opened = await opening;
  try {
    const hear = hearingsOf(opened);
    let heard = hear();
    await pause(keptMs, signal);
    const done = await work(() => {
      heard.close();
      heard = hear();
    });
    return { link: heard, done };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}
