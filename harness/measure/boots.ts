import type { EmulationCounters, Link, Target } from '../target/port.ts';
import { type Hearing, hearingsOf } from './hearing.ts';

/** A DUT that is booted again and again. */
export interface Boots extends AsyncDisposable {
  /** From power-on at first; then by a reset where the target has one, which is quicker than to open it again. Rejects as Target.open does. */
  next(): Promise<Link>;
  /** Of all boots so far; undefined where nobody counts. */
  counters(): Promise<EmulationCounters | undefined>;
  /** The firmware that is meant has answered. Only the first call of a boot counts. */
  met?(how: Met): void;
  /** After this, what ended a session before anything was measured may be over: `next` again. Rejects with what is to be reported where nothing helps. */
  mend?(error: unknown): Promise<void>;
}

/** How firmware has shown which it is, and why it was reset last, where it tells. */
export interface Met {
  readonly proof?: string;
  readonly resetCause?: string | undefined;
}

/** What is to be booted, and how often at most. */
export interface Booting {
  readonly target: Target;
  readonly imagePath: string;
  readonly count: number;
}

/** Boots an image on a target. Disposing ends the last boot. */
export function bootsOf({ target, imagePath, count }: Booting, signal: AbortSignal): Boots {
  const earlier = { instructions: 0, busyMs: 0 };
  let link: Link | undefined;
  let hear: (() => Hearing) | undefined;
  let hearing: Hearing | undefined;

  const counters = async (): Promise<EmulationCounters | undefined> => {
    const now = await link?.counters?.().catch(() => undefined); // a lost emulator cannot tell; its loss is reported elsewhere
    return now && { instructions: earlier.instructions + now.instructions, busyMs: earlier.busyMs + now.busyMs };
  };
  const powerOn = async (): Promise<Link> => {
    Object.assign(earlier, await counters());
    await link?.[Symbol.asyncDispose]();
    link = undefined;
    link = await target.open(imagePath, signal);
    if (count === 1 || !link.reset) return link;
    hear = hearingsOf(link);
    return (hearing = hear());
  };
  return {
    async next() {
      if (!link?.reset || !hear) return powerOn();
      hearing?.close();
      hearing = hear();
      await link.reset();
      return hearing;
    },
    counters,
    [Symbol.asyncDispose]: async () => link?.[Symbol.asyncDispose](),
  };
}
