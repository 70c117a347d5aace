import { FirmwareFault, TargetError } from '../errors.ts';
import { queueOf } from '../queue.ts';
import type { BoundChild } from './bound-child.ts';
import { gdbMemory } from './gdb-remote.ts';
import type { Link } from './port.ts';
import type { MemoryPart } from './qemu-machines.ts';
import { type Qmp, type QmpEvent, qmpClient } from './qmp.ts';

/** A target's name, the machine's, and what is known of it. */
export interface Place {
  readonly name: string;
  readonly machine: string;
  readonly memory: readonly MemoryPart[];
  /** By what means firmware ends the machine, before the code that it gives. */
  readonly exit: string;
}

/** What a link is opened over; `start` gives another process like `child`. */
export interface Opening extends Place {
  readonly start: () => Promise<BoundChild>;
  readonly child: BoundChild;
}

/** The first UART given is the link. Ends, whatever happens first: with the signal, with QEMU, or on disposal. */
export function openLink({ start, child, ...place }: Opening, signal: AbortSignal): Link {
  const { name, machine, memory } = place;
  const bytes = queueOf<Uint8Array>();
  let running = attach(child);
  let end: unknown;

  const finish = (reason: unknown, bytesEnd?: Error): void => {
    if (end) return;
    end = reason;
    bytes.end(bytesEnd);
    void running.end(reason);
    signal.removeEventListener('abort', abort);
  };
  const abort = (): void => finish(signal.reason);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();

  function attach(process: BoundChild): Running {
    return runningIn(process, place, {
      onBytes: data => bytes.push(data),
      onLoss: lost => finish(lost, lost),
    });
  }
  const expectMemory = (address: number, length: number): void => {
    if (end) throw end;
    if (isWithin(memory, address, length)) return;
    const fix = `use addresses of ${machine}'s memory: ${rangesOf(memory)}`;
    throw new TargetError(`no memory at ${hex(address)}, ${length} bytes`, name, fix);
  };
  const flash = memory.filter(({ isFlash }) => isFlash);
  const startAgain = async (): Promise<BoundChild> => {
    const next = await start().catch((error: Error) => {
      finish(error, error);
      throw error;
    });
    if (!end) return next;
    next.kill();
    await next.closed;
    throw end;
  };
  return {
    bytes,
    async write(data) {
      if (end) throw end;
      await running.write(data);
    },
    memory: {
      async read(address, length) {
        expectMemory(address, length);
        return running.stub.read(address, length);
      },
      async write(address, data) {
        expectMemory(address, data.length);
        await running.stub.write(address, data);
      },
    },
    async reset() {
      if (end) throw end;
      const isDone = running.qmp.next('RESET', ({ guest }) => guest === false);
      await Promise.all([running.qmp.execute('system_reset'), isDone]);
    },
    /** A reset of QEMU's leaves RAM as it is: only a new process has none of it. */
    async powerCycle() {
      if (end) throw end;
      const kept = await Promise.all(flash.map(part => running.stub.read(part.address, part.bytes)));
      await running.end(new TargetError('the power is off', name, 'wait until it is back'));
      running = attach(await startAgain());
      for (const [index, { address }] of flash.entries())
        await running.stub.write(address, kept[index] ?? new Uint8Array());
    },
    async [Symbol.asyncDispose]() {
      finish(new TargetError('the link is closed', name, 'open it again'));
      await running.end(end);
    },
  };
}

/** One process of QEMU with its channels. */
interface Running {
  readonly stub: ReturnType<typeof gdbMemory>;
  readonly qmp: Qmp;
  write(data: Uint8Array): Promise<void>;
  /** Ends it, which is then no loss; resolves when it is gone. Twice is harmless. */
  end(reason: unknown): Promise<void>;
}

function runningIn(
  child: BoundChild,
  place: Place,
  { onBytes, onLoss }: { onBytes: (data: Uint8Array) => void; onLoss: (lost: Error) => void },
): Running {
  const { name } = place;
  const [uart, gdb, monitor] = child.sockets;
  if (!uart || !gdb || !monitor) throw new RangeError('started with three sockets');
  const stub = gdbMemory(gdb, name);
  let lastEvent: QmpEvent | undefined; // of those that say how it ends
  let isEnded = false;
  const qmp = qmpClient(monitor, name, event => {
    if (event.name === 'SHUTDOWN' || event.name === 'GUEST_PANICKED') lastEvent = event;
    if (event.name === 'GUEST_PANICKED') onLoss(panicOf(event, name));
  });
  const end = async (reason: unknown): Promise<void> => {
    isEnded = true;
    stub.end(reason);
    qmp.end(reason);
    child.kill();
    await child.closed;
  };
  uart.on('data', onBytes);
  void child.closed.then(status => {
    if (!isEnded) onLoss(lossOf(status, { said: child.said(), lastEvent }, place));
  });
  return {
    stub,
    qmp,
    write: data => new Promise<void>(resolve => uart.write(data, () => resolve())), // why one fails, 'close' says
    end,
  };
}

function panicOf({ data }: QmpEvent, name: string): FirmwareFault {
  const what = `the firmware panicked, as QEMU was told (${String(data.action)})`;
  return new FirmwareFault(what, name, 'see the UART log for what the firmware said last');
}

/** How QEMU ended, in its own words. An exit that the firmware called for is its own doing; a core that locks up has said nothing. */
function lossOf(
  { code, signal }: Awaited<BoundChild['closed']>,
  { said, lastEvent }: { readonly said: string; readonly lastEvent: QmpEvent | undefined },
  { name, exit }: Place,
): Error {
  const fix = 'see the UART log for what the firmware said last';
  const lockup = /^qemu: fatal: (.*)$/m.exec(said)?.[1];
  const pc = /R15=([0-9a-f]{8})/.exec(said)?.[1];
  if (lockup !== undefined)
    return new TargetError(`the core stopped${pc ? ` at pc=0x${pc}` : ''}: ${lockup}`, name, fix);

  if (lastEvent?.data.guest === true) {
    const why = String(lastEvent.data.reason);
    return new FirmwareFault(`the firmware shut its machine down (${why})`, name, fix);
  }
  const words = said.replace(unasked, '').trim();
  if (signal === null && words === '')
    return new FirmwareFault(`the firmware ended itself by ${exit} ${code}`, name, fix);
  const end = signal === null ? `QEMU ended with code ${code}` : `QEMU was ended by ${signal}`;
  return new TargetError(`${end}, ${words === '' ? 'without a word' : `saying: ${words}`}`, name, fix);
}

/** `-nic none` leaves the board's own network chip without a network: QEMU says so at each start. */
const unasked = /^.*warning: nic .* has no peer$/gm;

export function isWithin(memory: readonly MemoryPart[], address: number, length: number): boolean {
  return memory.some(part => address >= part.address && address + length <= part.address + part.bytes);
}

export function rangesOf(memory: readonly MemoryPart[]): string {
  return memory.map(({ address, bytes }) => `${hex(address)} (${sizeOf(bytes)})`).join(', ');
}

function sizeOf(bytes: number): string {
  return bytes < 1 << 20 ? `${bytes >> 10} KiB` : `${bytes >> 20} MiB`;
}

export function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
