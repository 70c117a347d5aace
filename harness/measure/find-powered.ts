import { PortAbsent } from '../errors.ts';
import type { FoundPort } from '../target/port.ts';
import { awaitPort } from './await-port.ts';
import type { Gear } from './rig.ts';

/** The port of a board; of a chip's own USB, which is there while the chip is on, after its meter has supplied it. Rejects as SerialTarget.find does. */
export async function findPowered(gear: Gear, signal: AbortSignal): Promise<FoundPort> {
  const { target, meter, isNative = false, bootMs } = gear;
  try {
    return await target.find();
  } catch (error) {
    if (!(error instanceof PortAbsent) || !isNative || !meter) throw error;
    await using opened = await meter.meter.open(signal);
    await opened.supply?.(true);
    await awaitPort(target, { isThere: true, withinMs: bootMs + enumerationMs }, signal);
    return await target.find();
  }
}

/** A host takes a second or two. */
const enumerationMs = 5000;
