import { TargetError } from '../errors.ts';
import { pause } from '../pause.ts';
import { connectWire } from '../target/serial-connect.ts';
import { inTime } from './in-time.ts';
import { metadataIn, type Ppk2Lines } from './ppk2-metadata.ts';

/** https://github.com/NordicSemiconductor/pc-nrfconnect-ppk: src/constants.ts */
export const ppk2Command = {
  start: () => Uint8Array.of(0x06),
  stop: () => Uint8Array.of(0x07),
  supply: (isOn: boolean) => Uint8Array.of(0x0c, isOn ? 1 : 0),
  voltage: (mv: number) => Uint8Array.of(0x0d, mv >> 8, mv & 0xff),
  mode: (mode: 'source' | 'ampere') => Uint8Array.of(0x11, mode === 'ampere' ? 1 : 2),
  metadata: () => Uint8Array.of(0x19),
} as const;

/** The port of a PPK2. */
export interface Ppk2Line {
  readonly where: string;
  /** Rejects with TargetError when the port is lost, or does not take it. */
  send(command: Uint8Array): Promise<void>;
  /** Hands what comes from now on to `listener`, and to none before it. */
  hear(listener: (bytes: Uint8Array) => void): void;
  /** Calls back with why it was lost, now if it is already. */
  onLoss(listener: (error: Error) => void): void;
  pause(): void;
  resume(): void;
  /** Twice is harmless. */
  close(): Promise<void>;
}

const nobody = (): void => {};
const baud = 115_200; // as the maker's application; a USB device takes any

/** Opens it. Rejects with TargetError. */
export async function openPpk2Line(
  { path, where }: { readonly path: string; readonly where: string },
  signal: AbortSignal,
): Promise<Ppk2Line> {
  let listen: (bytes: Uint8Array) => void = nobody;
  let onLoss: (error: Error) => void = nobody;
  let lost: Error | undefined;
  const listener = {
    onBytes: (bytes: Uint8Array) => listen(bytes),
    onLoss(error: Error) {
      lost = error;
      onLoss(error);
    },
  };
  const wire = await connectWire(path, { baud, where, isStream: true }, listener, signal);
  return {
    where,
    async send(command) {
      if (lost) throw lost;
      await inTime(wire.write(command), where);
    },
    hear: next => (listen = next),
    onLoss(next) {
      onLoss = next;
      if (lost) next(lost);
    },
    pause: () => wire.pause(),
    resume: () => wire.resume(),
    close: () => wire.close(),
  };
}

const pollMs = 10;
/** Bytes of a stream come every 5 ms, and are handed on every 20. */
const silenceMs = 100;
const stops = 4;
const stopMs = 500;
const answerMs = 1000;
const asks = 3;
/** Metadata are of 1.5 KiB. */
const mostHeard = 1 << 16;

/**
 * Stops it, and waits for its silence. One that another program was measuring with goes on, and one that was told to stop does so later: what it
 * sends until then would be read as metadata, or as the samples of the next start. Rejects with TargetError when it does not stop.
 */
export async function quieten(line: Ppk2Line, signal: AbortSignal): Promise<void> {
  let bytes = 0;
  let heardMs = 0;
  line.hear(({ length }) => {
    bytes += length;
    heardMs = performance.now();
  });
  for (let tries = 0; tries < stops; tries++) {
    await line.send(ppk2Command.stop());
    heardMs = performance.now();
    for (const endMs = heardMs + stopMs; performance.now() < endMs; await pause(pollMs, signal))
      if (performance.now() - heardMs >= silenceMs) return;
  }
  throw new TargetError(
    `it does not stop: ${bytes} bytes came in ${(stops * stopMs) / 1000} s in which it was told to`,
    line.where,
    'unplug it and plug it in again; if `port` names a path, see whether that is a PPK2: tickmark boards',
  );
}

/** What it tells of itself; for a line that is quiet. Rejects with TargetError, and what was heard instead. */
export async function askMetadata(line: Ppk2Line, signal: AbortSignal): Promise<Ppk2Lines> {
  let heard = '';
  for (let ask = 0; ask < asks; ask++) {
    if (ask > 0) await quieten(line, signal); // bytes that were under way have spoilt the answer
    heard = '';
    line.hear(bytes => (heard = (heard + Buffer.from(bytes).toString('latin1')).slice(-mostHeard)));
    await line.send(ppk2Command.metadata());
    for (const endMs = performance.now() + answerMs; performance.now() < endMs; await pause(pollMs, signal)) {
      const lines = metadataIn(heard);
      if (lines) return lines;
    }
  }
  throw noMetadata(heard, line.where);
}

function noMetadata(heard: string, where: string): TargetError {
  if (heard === '')
    return new TargetError('it tells nothing of itself', where, 'switch it on, and look that `port` is its own');
  const shown = JSON.stringify(heard.length > 160 ? `${heard.slice(0, 60)} … ${heard.slice(-90)}` : heard);
  const isShell = /[~:]\$ /.test(heard);
  const fix = isShell
    ? 'this is its second port, a shell: name the first one, with the lower `interface`'
    : 'see whether this is a PPK2 (tickmark boards); unplug it and plug it in again';
  return new TargetError(`it tells no metadata, but ${shown}`, where, fix);
}
