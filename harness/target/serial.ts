import { messageOf, PortAbsent, TargetError } from '../errors.ts';
import { type Basis, parseQuantity } from '../units.ts';
import type { SerialTarget } from './port.ts';
import { connectWire } from './serial-connect.ts';
import { findPort, type PortMatch } from './serial-find.ts';
import type { LineUse } from './serial-lines.ts';
import { openSerialLink } from './serial-link.ts';
import { type DeviceRoots, systemRoots } from './serial-ports.ts';
import { addressOf } from './serial-url.ts';
import type { Listener } from './serial-wire.ts';

export interface SerialOptions {
  readonly name: string;
  readonly basis: Basis;
  readonly port: PortMatch;
  /** @default 115200 */
  readonly baud?: number | undefined;
  /** The port is the chip's own USB, which vanishes with it. @default false */
  readonly native?: boolean | undefined;
  /** @default none */
  readonly lines?: LineUse | undefined;
  /** How long a port that is not there, or has vanished, is waited for, with its unit. @default 5 s */
  readonly bootTime?: string | undefined;
}

/**
 * A board on a serial port: USB, pseudo-terminal, RFC 2217 or raw TCP. Opening loads nothing. Throws InputError for a URL that is none.
 * A port over the network counts as present: to ask would be to open it.
 */
export function serialTarget(options: SerialOptions, roots: DeviceRoots = systemRoots): SerialTarget {
  const { name, basis, port, baud = 115_200, native = false, lines = 'none', bootTime = '5 s' } = options;
  if (port.url !== undefined) addressOf(port.url, name);
  const find = () => findPort(port, name, roots);
  const wireOptions = { baud, where: name };
  const boot = parseQuantity(bootTime, 'µs');
  if (boot.fault !== undefined) throw new RangeError(boot.fault); // the board file's schema has accepted it
  const appearMs = boot.value / 1000;
  const connect = (path: string, listener: Listener, until: AbortSignal) =>
    connectWire(path, wireOptions, listener, until);
  return {
    name,
    basis,
    find,
    isPresent: () =>
      find().then(
        () => true,
        (error: unknown) => !(error instanceof PortAbsent), // of several it cannot be told which; none has vanished
      ),
    async open(_imagePath, signal) {
      signal.throwIfAborted();
      return openSerialLink({ name, isNative: native, lines, appearMs, find, connect }, signal);
    },
  };
}

/** Why no port is a board's, and how to change that; undefined when one may be. Opens nothing. */
export async function missingPort({ name, port }: Pick<SerialOptions, 'name' | 'port'>): Promise<string | undefined> {
  try {
    await findPort(port, name);
    return undefined;
  } catch (error) {
    return error instanceof TargetError ? `${error.what}: ${error.fix}` : messageOf(error);
  }
}
