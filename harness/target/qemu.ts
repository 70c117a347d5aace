import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { FirmwareFault, InputError, messageOf, NotInstalled, TargetError } from '../errors.ts';
import { icountShift } from '../icount.ts';
import { type BoundChild, startBound } from './bound-child.ts';
import { byteQueue } from './byte-queue.ts';
import { readElf } from './elf.ts';
import { gdbMemory } from './gdb-remote.ts';
import type { Link, Target } from './port.ts';
import { findProgram } from './program.ts';
import { type QemuMachine, type QemuMachineName, qemuMachines, qemuPackages } from './qemu-machines.ts';
import { type Qmp, type QmpEvent, qmpClient } from './qmp.ts';

export interface QemuOptions {
  readonly name: string;
  readonly machine: QemuMachineName;
  /** Instructions in a second of virtual time: 1 GHz divided by a power of two, since that is what QEMU can do. */
  readonly clockHz: number;
}

/**
 * A machine of QEMU in a process of its own. Every instruction takes the same virtual time, whatever it is: ticks count instructions,
 * exactly and the same in every run. A UART is the link; memory is reached by the debug stub, QEMU itself by QMP.
 * Asks QEMU for its version first: rejects with TargetError where it does not start, or with the reason of `until`.
 * https://www.qemu.org/docs/master/system/arm/mps2.html
 */
export async function qemuTarget({ name, machine, clockHz }: QemuOptions, until: AbortSignal): Promise<Target> {
  const { program }: QemuMachine = qemuMachines[machine];
  const shift = shiftFor(clockHz, name);
  const path = findProgram(program);
  const unstarted = (cause: unknown): TargetError => {
    const fix = `see what \`${path} --version\` says, and install it again: ${howToGet}`;
    return new TargetError(`${program} did not start: ${messageOf(cause).trim()}`, name, fix, { cause });
  };
  const version =
    path === undefined
      ? undefined
      : await versionOf(path, until).catch((cause: unknown) => {
          until.throwIfAborted();
          throw unstarted(cause);
        });
  return {
    name,
    basis: 'instructions',
    ...(version !== undefined && { emulator: `QEMU ${version}` }),
    async open(imagePath, signal) {
      signal.throwIfAborted();
      if (path === undefined) throw new NotInstalled(`${program} is not installed`, name, howToGet);
      await expectImage(imagePath, machine);
      signal.throwIfAborted();
      const args = argumentsFor({ machine, imagePath, shift });
      const start = (): Promise<BoundChild> =>
        startBound(path, args, { sockets }).catch((cause: unknown) => {
          throw unstarted(cause);
        });
      const link = openLink({ name, machine, start, child: await start() }, signal);
      if (signal.aborted) await link[Symbol.asyncDispose]();
      signal.throwIfAborted();
      return link;
    },
  };
}

/** Why a machine cannot be run here, and how to change that; undefined when it can. */
export function missingQemu(machine: QemuMachineName): string | undefined {
  const { program } = qemuMachines[machine];
  return findProgram(program) === undefined ? `${program} is not installed: ${howToGet}` : undefined;
}

const howToGet = `apt-get install ${qemuPackages.debian}, or brew install ${qemuPackages.macos}`;

function shiftFor(clockHz: number, name: string): number {
  const shift = icountShift(clockHz);
  if (shift !== undefined) return shift;
  const what = `an instruction cannot take 1 s / ${clockHz}: QEMU counts in powers of two of a nanosecond`;
  throw new InputError(what, name, 'write `clock: 15.625 MHz` (64 ns), or its double or half, in the board file');
}

const versionMs = 10_000;

/** Rejects where QEMU does not start, as for want of a library, or does not answer. */
async function versionOf(path: string, signal: AbortSignal): Promise<string> {
  const limits = { signal, timeout: versionMs, killSignal: 'SIGKILL' } as const;
  const { stdout } = await promisify(execFile)(path, ['--version'], limits);
  return /version (\S+)/.exec(stdout)?.[1] ?? 'of unknown version';
}

/** QEMU itself starts whatever it is given, at whatever the vector table's place holds. */
async function expectImage(imagePath: string, machine: QemuMachineName): Promise<void> {
  const { memory, vectorAddress }: QemuMachine = qemuMachines[machine];
  const file = await readFile(imagePath).catch((cause: unknown) => {
    throw new InputError(`cannot be read: ${messageOf(cause)}`, imagePath, 'check the path of the image', { cause });
  });
  const { segments } = readElf(file, imagePath);
  const outside = segments.find(({ physicalAddress, bytes }) => !isWithin(memory, physicalAddress, bytes.length));
  const hasVectors = segments.some(
    ({ physicalAddress, bytes }) => physicalAddress === vectorAddress && bytes.length >= 8,
  );
  const fix = `give an image linked for ${machine}: its vector table at ${hex(vectorAddress)}, memory at ${rangesOf(memory)}`;
  if (outside) throw new InputError(`loads to ${hex(outside.physicalAddress)}, where no memory is`, imagePath, fix);
  if (!hasVectors) throw new InputError(`has no vector table at ${hex(vectorAddress)}`, imagePath, fix);
}

function isWithin(memory: QemuMachine['memory'], address: number, length: number): boolean {
  return memory.some(part => address >= part.address && address + length <= part.address + part.bytes);
}

function rangesOf(memory: QemuMachine['memory']): string {
  return memory.map(({ address, bytes }) => `${hex(address)} (${sizeOf(bytes)})`).join(', ');
}

function sizeOf(bytes: number): string {
  return bytes < 1 << 20 ? `${bytes >> 10} KiB` : `${bytes >> 20} MiB`;
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}

/** Semihosting goes to the debugger: by QEMU's default, a firmware under test could open files and run commands of the host. */
const fixedArguments =
  '-nodefaults -nic none -display none -monitor none -semihosting-config enable=on,target=gdb ' +
  '-chardev socket,id=uart,fd=3 -chardev socket,id=gdb,fd=4 -gdb chardev:gdb ' +
  '-chardev socket,id=qmp,fd=5 -mon chardev=qmp,mode=control';
const sockets = 3;

interface Start {
  readonly machine: QemuMachineName;
  readonly imagePath: string;
  readonly shift: number;
}

function argumentsFor({ machine, imagePath, shift }: Start): string[] {
  const { uart = 0 }: QemuMachine = qemuMachines[machine];
  const serial = [...Array.from({ length: uart }, () => 'null'), 'chardev:uart'].flatMap(end => ['-serial', end]);
  return ['-M', machine, '-kernel', imagePath, '-icount', `shift=${shift}`, ...fixedArguments.split(' '), ...serial];
}

/** What a link is opened over; `start` gives another process like `child`. */
interface Opening {
  readonly name: string;
  readonly machine: QemuMachineName;
  readonly start: () => Promise<BoundChild>;
  readonly child: BoundChild;
}

function openLink({ name, machine, start, child }: Opening, signal: AbortSignal): Link {
  const { memory }: QemuMachine = qemuMachines[machine];
  const bytes = byteQueue();
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
    return runningIn(process, name, {
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
      const next = await start();
      if (!end) running = attach(next);
      else next.kill();
      if (end) throw end;
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
  name: string,
  { onBytes, onLoss }: { onBytes: (data: Uint8Array) => void; onLoss: (lost: Error) => void },
): Running {
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
    if (!isEnded) onLoss(lossOf(status, { said: child.said(), lastEvent }, name));
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
  name: string,
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
    return new FirmwareFault(`the firmware ended itself by semihosting exit ${code}`, name, fix);
  const end = signal === null ? `QEMU ended with code ${code}` : `QEMU was ended by ${signal}`;
  return new TargetError(`${end}, ${words === '' ? 'without a word' : `saying: ${words}`}`, name, fix);
}

/** `-nic none` leaves the board's own network chip without a network: QEMU says so at each start. */
const unasked = /^.*warning: nic .* has no peer$/gm;
