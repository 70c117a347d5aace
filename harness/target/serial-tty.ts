import { existsSync, realpathSync, statSync } from 'node:fs';
import { SerialPort } from 'serialport';
import { TargetError } from '../errors.ts';
import { moveLines } from './modem-lines.ts';
import { expectAlone, expectBaud, openingError } from './serial-errors.ts';
import { watchBothWays } from './serial-poller.ts';
import { readByThread, type StreamReader } from './serial-stream.ts';
import type { Listener, Wire, WireOptions } from './serial-wire.ts';

/**
 * A device of this machine: USB, a UART, a pseudo-terminal. Opening empties the system's buffers, locks the port, and leaves the lines as the system drives them (on Linux both on). Rejects with TargetError.
 * https://serialport.io/docs/api-stream
 */
export async function openTty(path: string, options: WireOptions, listener: Listener): Promise<Wire> {
  const { baud, where, isStream = false } = options;
  const device = deviceAt(path);
  const port = new SerialPort({ path, baudRate: baud, hupcl: false, autoOpen: false });
  await new Promise<void>((resolve, reject) =>
    port.open(error => (error ? reject(openingError(error, path, where)) : resolve())),
  );
  watchBothWays(port);
  const lost = (why: string) =>
    new TargetError(`${path} vanished${why}`, where, 'check the cable, and plug it in again');
  let isClosed = false;
  let reader: StreamReader | undefined;
  let refused: Error | undefined; // to the reader
  let closing: Promise<void> | undefined;
  const gone = new Promise<void>(resolve => port.once('close', () => resolve()));
  const close = (): Promise<void> => {
    isClosed = true;
    clearInterval(watching);
    closing ??= closeBoth();
    return closing;
  };
  const closeBoth = async (): Promise<void> => {
    await reader?.stop();
    await (port.isOpen ? new Promise<void>(resolve => port.close(() => resolve())) : gone);
  };
  const watching = setInterval(() => {
    if (device.hasChanged()) port.close(() => {});
  }, watchMs).unref();
  const onBytes = (bytes: Uint8Array): void => listener.onBytes(bytes);
  const onEnd = (cause: Error): void => {
    refused = cause;
    port.close(() => {});
  };
  const isByThread = isStream && process.platform !== 'win32';
  if (!isByThread) port.on('data', onBytes);
  port.on('error', () => {}); // each call has its own; 'close' says what was lost
  port.on('close', (cause: Error | null) => {
    clearInterval(watching);
    void reader?.stop();
    const why = cause ?? refused;
    if (!isClosed) listener.onLoss(lost(why ? ` (${why.message})` : ''));
  });
  try {
    expectAlone(path, where);
    const known = await port.port?.getBaudRate().catch(() => undefined); // Linux alone can tell
    if (known) expectBaud(known.baudRate, options, path);
    if (isByThread) reader = await readByThread(path, { onBytes, onEnd });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    write: bytes =>
      new Promise<void>((resolve, reject) => {
        const fail = (cause?: Error | null) => reject(cause ? lost(` (${cause.message})`) : lost(''));
        if (port.isOpen) port.write(Buffer.from(bytes), error => (error ? fail(error) : resolve()));
        else fail(); // serialport would wait for it to be opened again
      }),
    setLines: lines => moveLines(port, lines),
    purge: () => new Promise<void>(resolve => port.flush(() => resolve())),
    pause: () => void (reader ?? port).pause(),
    resume: () => void (reader ?? port).resume(),
    close,
  };
}

const watchMs = 250;

/** A device that is pulled out in the middle of a read reads as empty from then on, and serialport 13 (unix-read.js) reads it for ever. */
function deviceAt(path: string): { hasChanged(): boolean } {
  const device = existsSync(path) ? realpathSync(path) : path;
  const inode = (): number | undefined => statSync(device, { throwIfNoEntry: false })?.ino;
  const opened = inode();
  return { hasChanged: () => inode() !== opened };
}
