import { NotInstalled, TargetError } from '../errors.ts';
import type { ToolIo } from '../flash/port.ts';
import { pause } from '../pause.ts';
import type { Protocol } from '../protocol/port.ts';
import type { Rung } from '../suite/board.ts';
import { awaitPort } from './await-port.ts';
import type { Gear } from './rig.ts';

/** What a rung is climbed with. */
export interface Climb {
  readonly gear: Gear;
  readonly protocol: Protocol;
  readonly io: ToolIo;
}

/** What was done. `proof` is there for a rung that may seem to have been climbed and was not. */
export interface Climbed {
  readonly detail: string;
  readonly proof?: PowerProof;
}

/** Whether the power really dropped: by the port, which vanished, or by what the firmware says of its reset; of a chip alone only by that. */
export type PowerProof = 'port' | 'unproved' | 'chip';

/** The rungs that this board has, in its order. */
export function rungsOf({ gear, protocol }: Pick<Climb, 'gear' | 'protocol'>): Rung[] {
  const has: Readonly<Record<Rung, boolean>> = {
    soft: protocol.kind === 'tickmark',
    lines: gear.hasLines,
    probe: gear.flasher?.reset !== undefined,
    power: gear.power !== undefined,
  };
  return gear.rungs.filter(rung => has[rung]);
}

/** Resets a board, and waits until its port is there again. Rejects with TargetError or ProtocolError where that could not be done. */
export async function climb(rung: Rung, with_: Climb, signal: AbortSignal): Promise<Climbed> {
  const climbed = await resets[rung](with_, signal);
  await expectPort(with_.gear, signal);
  return climbed;
}

const resets: Readonly<Record<Rung, (with_: Climb, signal: AbortSignal) => Promise<Climbed>>> = {
  soft: softReset,
  lines: async () => ({ detail: 'as its port was opened' }),
  probe: probeReset,
  power: powerCycle,
};

/** A board that re-enumerates has so long beyond its boot: a host takes a second or two, and a hub between them another. */
const enumerationMs = 10_000;

/** Throws TargetError when a board's port is not there and does not come. */
export async function expectPort({ target, bootMs }: Gear, signal: AbortSignal): Promise<void> {
  const withinMs = bootMs + enumerationMs;
  if (await awaitPort(target, { isThere: true, withinMs }, signal)) return;
  const fix = 'plug it in again; where that helps, give it a power switch: `power` in its board file';
  throw new TargetError(`its port did not come back within ${withinMs / 1000} s`, target.name, fix);
}

/** A fresh HELLO before: the session that broke may have left the link anywhere. */
async function softReset({ gear: { target }, protocol }: Climb, signal: AbortSignal): Promise<Climbed> {
  await using link = await target.open('', signal);
  if (protocol.kind !== 'tickmark') throw new TargetError('it has no agent to ask', target.name, 'name another rung');
  const dut = await protocol.connect(link, signal);
  await dut.reset();
  return { detail: 'it was asked to' };
}

async function probeReset({ gear: { flasher, target }, io }: Climb, signal: AbortSignal): Promise<Climbed> {
  if (!flasher?.reset) throw new TargetError('has no probe that resets it', target.name, 'name a `flasher` that can');
  await flasher.reset(io, signal);
  return { detail: flasher.name };
}

/** For capacitors: what a board draws in reset empties them in far less. */
const offMs = 1000;
/** How long a host may take to notice that a USB device is gone. */
const vanishMs = 3000;
/** How long the power may take to come back: a run that ends kills what is slower. */
const onMs = 30_000;

async function powerCycle({ gear: { power, target, isNative }, io }: Climb, signal: AbortSignal): Promise<Climbed> {
  if (!power) throw new TargetError('has no power switch', target.name, 'name one under `power`');
  const missing = await power.missing();
  if (missing !== undefined) throw new NotInstalled('its power cannot be switched', target.name, missing);
  let cause: unknown;
  try {
    await power.off(io, signal);
    const stays = power.isChipOnly && !isNative; // the port is its bridge's
    const vanished = !stays && (await awaitPort(target, { isThere: false, withinMs: vanishMs }, signal));
    await pause(offMs, signal);
    return { detail: power.name, proof: vanished ? 'port' : stays ? 'chip' : 'unproved' };
  } catch (error) {
    cause = error;
    throw error;
  } finally {
    // Whatever came of it, and also where a run is interrupted meanwhile: nobody wants to find the board dead.
    await power.on(io, AbortSignal.timeout(onMs)).catch((error: unknown) => {
      throw cause ?? error;
    });
  }
}
