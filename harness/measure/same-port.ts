import { PortAbsent, WrongBoard } from '../errors.ts';
import type { FoundPort } from '../target/port.ts';
import type { Rig } from './rig.ts';

/** The port of a rig's board, wherever it is by now. Rejects as SerialTarget.find does, and with WrongBoard where another unit has come in its place: nobody keeps others from that one. */
export async function findSame({ gear: { target }, port }: Rig): Promise<FoundPort> {
  const found = await target.find();
  if (isSame(port, found)) return found;
  throw new WrongBoard(
    `another board of its description is plugged in, at ${shown(found)}; this run has the one at ${shown(port)}`,
    target.name,
    'plug that one in again, and tell the two apart under `port`',
  );
}

/** Whether a rig's board shows the port that it had, not that of a boot loader in its place. */
export async function hasPort({ gear: { target }, port }: Rig): Promise<boolean> {
  try {
    const found = await target.find();
    return isSame(port, found) && port.usb?.productId === found.usb?.productId;
  } catch (error) {
    return !(error instanceof PortAbsent); // of several it cannot be told which; none has vanished
  }
}

/** A serial number moves with its board, and may be another firmware's after a flash, while the board stays where it is plugged in. */
function isSame({ usb: before }: FoundPort, { usb: now }: FoundPort): boolean {
  if (!before || !now) return true;
  return before.location === now.location || (before.serial !== undefined && before.serial === now.serial);
}

function shown({ path, usb }: FoundPort): string {
  return `${path} (${usb?.serial ?? 'no serial number'}, at ${usb?.location ?? 'an unknown location'})`;
}
