import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PortAbsent, TargetError } from '../errors.ts';
import { pause } from '../pause.ts';
import type { FoundPort, Link } from './port.ts';
import { inflow } from './serial-inflow.ts';
import { type LineUse, resetByLines } from './serial-lines.ts';
import type { Listener, Wire } from './serial-wire.ts';

/** What a link is opened with. */
export interface SerialOpening {
  readonly name: string;
  /** Whether the port vanishes with the chip, and is expected to come back. */
  readonly isNative: boolean;
  readonly lines: LineUse;
  /** How long a port that is not there is waited for. */
  readonly appearMs: number;
  readonly find: () => Promise<FoundPort>;
  readonly connect: (path: string, listener: Listener, signal: AbortSignal) => Promise<Wire>;
}

/**
 * Opens the port, captures from then on, and only then resets the chip where lines can: nothing that it prints is lost, and nothing of its
 * earlier life is left. A port of the chip's own may vanish and come back under another name: `bytes` goes on.
 */
export async function openSerialLink(opening: SerialOpening, signal: AbortSignal): Promise<Link> {
  const { name, isNative, lines } = opening;
  const log = eventLog();
  const bytes = inflow({ onFull: () => wire?.pause(), onRoom: () => wire?.resume() });
  let wire: Wire | undefined;
  let end: unknown;
  let comingBack: Promise<void> | undefined;

  const finish = (reason: unknown, bytesEnd?: Error): void => {
    if (end) return;
    end = reason;
    log(`closed: ${reason instanceof Error ? reason.message : String(reason)}`);
    bytes.end(bytesEnd);
    signal.removeEventListener('abort', abort);
    void wire?.close();
  };
  const abort = (): void => finish(signal.reason);
  signal.addEventListener('abort', abort);

  const onLoss = (lost: Error): void => {
    if (end) return;
    log(`lost: ${lost.message}`);
    if (isNative) comingBack ??= comeBack(lost);
    else finish(lost, lost);
  };
  const attach = async (hasVanished: boolean): Promise<void> => {
    const listener = { onBytes: (data: Uint8Array) => bytes.push(data), onLoss };
    const opened = await openWhenThere(opening, { listener, hasVanished, isOver: () => end !== undefined }, signal);
    if (end) return opened.wire.close();
    wire = opened.wire;
    log(`opened ${opened.path}`);
  };
  const comeBack = async (lost: Error): Promise<void> => {
    try {
      await attach(true);
    } catch (cause) {
      const gone = notBack(opening, cause instanceof PortAbsent ? lost : cause);
      finish(gone, gone);
    } finally {
      comingBack = undefined;
    }
  };
  /** Why the lines did not move. */
  const pulse = async (use: Exclude<LineUse, 'none'>): Promise<string | undefined> => {
    if (!wire) return 'the port is not open';
    const onHeld = (): void => log(`reset by DTR and RTS; ${bytes.drop()} bytes from before it dropped`);
    const why = await resetByLines(wire, use, { onHeld, signal });
    if (why !== undefined) log(`DTR and RTS did not move: ${why}`);
    await comingBack;
    return why;
  };
  const close = async (): Promise<void> => {
    finish(new TargetError('the link is closed', name, 'open it again'));
    await comingBack;
    await wire?.close();
  };

  try {
    await attach(false);
    if (!end && lines !== 'none') await pulse(lines);
    if (end) throw end;
  } catch (error) {
    await close();
    signal.throwIfAborted();
    throw error;
  }
  return {
    bytes,
    async write(data) {
      await comingBack;
      if (end) throw end;
      await wire?.write(data).catch(async (error: unknown) => {
        if (!isNative) throw end ?? error;
        await comingBack; // what was not sent is lost, as on a bad line
        if (end) throw end;
      });
    },
    ...(lines !== 'none' && {
      async reset() {
        if (end) throw end;
        const why = await pulse(lines);
        if (end) throw end;
        if (why !== undefined)
          throw new TargetError(`DTR and RTS did not move: ${why}`, name, 'write `lines: none`, or use another port');
      },
    }),
    keepEvidence: async folder => appendFile(join(folder, 'serial.log'), log.news()).catch(() => {}), // after earlier boots'
    [Symbol.asyncDispose]: close,
  };
}

const pollMs = 100;

interface Waiting {
  readonly listener: Listener;
  /** It was there a moment ago. */
  readonly hasVanished: boolean;
  readonly isOver: () => boolean;
}

/** Tries until the port is there and opens: while it appears, it may be there and not yet be this user's, and a chip's own may go once more. */
async function openWhenThere(
  { name, find, connect, isNative, appearMs }: SerialOpening,
  { listener, hasVanished, isOver }: Waiting,
  signal: AbortSignal,
): Promise<{ readonly wire: Wire; readonly path: string }> {
  const deadlineMs = performance.now() + appearMs;
  for (let isNew = hasVanished; ; isNew = true) {
    const opening = lossWhileOpening(listener);
    try {
      const { path } = await find();
      const wire = await connect(path, opening.listener, signal);
      const lost = opening.end();
      if (!lost) return { wire, path };
      await wire.close();
      throw isNative ? new PortAbsent(lost.message, name, 'check the cable', { cause: lost }) : lost;
    } catch (error) {
      const mayPass = error instanceof PortAbsent || (isNew && error instanceof TargetError);
      if (isOver() || !mayPass || performance.now() >= deadlineMs) throw error;
      await pause(pollMs, signal);
    }
  }
}

/** A wire that is lost before it was handed over is nobody's yet: `end` tells why, and the listener hears of what comes later. */
function lossWhileOpening(listener: Listener): { readonly listener: Listener; readonly end: () => Error | undefined } {
  let lost: Error | undefined;
  let tell = (error: Error): void => void (lost = error);
  return {
    listener: { onBytes: bytes => listener.onBytes(bytes), onLoss: error => tell(error) },
    end: () => {
      tell = error => listener.onLoss(error);
      return lost;
    },
  };
}

function notBack({ name, appearMs }: SerialOpening, cause: unknown): TargetError {
  const what = `the board's port vanished and was not back after ${appearMs / 1000} s`;
  const fix = 'check cable and supply; if it starts more slowly, give its board file a longer `bootTime`';
  return new TargetError(what, name, fix, { cause });
}

/** What happened to the port, by time since its opening. */
function eventLog(): ((event: string) => void) & { news(): string } {
  const startMs = performance.now();
  let events = 0;
  let untold = '';
  const note = (event: string): void => {
    const seconds = ((performance.now() - startMs) / 1000).toFixed(3);
    if (events++ < mostEvents) untold += `${seconds.padStart(9)} s  ${event.replace(/\n/g, ' ')}\n`;
  };
  const news = (): string => {
    const text = untold;
    untold = '';
    return text;
  };
  return Object.assign(note, { news });
}

/** A port that comes and goes all day must not fill the disk. */
const mostEvents = 1000;
