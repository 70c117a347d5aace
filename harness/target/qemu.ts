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

export interface QemuOptions {
  readonly name: string;
  readonly machine: QemuMachineName;
  /** Instructions in a second of virtual time: 1 GHz divided by a power of two, since that is what QEMU can do. */
  readonly clockHz: number;
}

/**
 * A machine of QEMU in a process of its own. Every instruction takes the same virtual time, whatever it is: ticks count instructions,
 * exactly and the same in every run. A UART is the link; memory is reached by the debug stub.
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
      const child = await startBound(path, argumentsFor({ machine, imagePath, shift }), 2).catch((cause: unknown) => {
        throw unstarted(cause);
      });
      const link = openLink({ name, machine }, child, signal);
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
  '-chardev socket,id=uart,fd=3 -chardev socket,id=gdb,fd=4 -gdb chardev:gdb';

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

interface Place {
  readonly name: string;
  readonly machine: QemuMachineName;
}

function openLink({ name, machine }: Place, child: BoundChild, signal: AbortSignal): Link {
  const { memory }: QemuMachine = qemuMachines[machine];
  const [uart, gdb] = child.sockets;
  if (!uart || !gdb) throw new RangeError('started with two sockets');
  const bytes = byteQueue();
  const stub = gdbMemory(gdb, name);
  let end: unknown;

  const finish = (reason: unknown, bytesEnd?: Error): void => {
    if (end) return;
    end = reason;
    bytes.end(bytesEnd);
    stub.end(reason);
    signal.removeEventListener('abort', abort);
    child.kill();
  };
  const abort = (): void => finish(signal.reason);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  uart.on('data', (data: Uint8Array) => bytes.push(data));
  void child.closed.then(status => {
    const lost = lossOf(status, child.said(), name);
    finish(lost, lost);
  });

  const expectMemory = (address: number, length: number): void => {
    if (end) throw end;
    if (isWithin(memory, address, length)) return;
    const fix = `use addresses of ${machine}'s memory: ${rangesOf(memory)}`;
    throw new TargetError(`no memory at ${hex(address)}, ${length} bytes`, name, fix);
  };
  return {
    bytes,
    async write(data) {
      if (end) throw end;
      await new Promise<void>(resolve => uart.write(data, () => resolve())); // why one fails, 'close' says
    },
    memory: {
      async read(address, length) {
        expectMemory(address, length);
        return stub.read(address, length);
      },
      async write(address, data) {
        expectMemory(address, data.length);
        await stub.write(address, data);
      },
    },
    async [Symbol.asyncDispose]() {
      finish(new TargetError('the link is closed', name, 'open it again'));
      await child.closed;
    },
  };
}

/** How QEMU ended, in its own words. An exit that the firmware called for is its own doing; a core that locks up has said nothing. */
function lossOf({ code, signal }: Awaited<BoundChild['closed']>, said: string, name: string): Error {
  const fix = 'see the UART log for what the firmware said last';
  const lockup = /^qemu: fatal: (.*)$/m.exec(said)?.[1];
  const pc = /R15=([0-9a-f]{8})/.exec(said)?.[1];
  if (lockup !== undefined)
    return new TargetError(`the core stopped${pc ? ` at pc=0x${pc}` : ''}: ${lockup}`, name, fix);

  const words = said.replace(unasked, '').trim();
  if (signal === null && words === '')
    return new FirmwareFault(`the firmware ended itself by semihosting exit ${code}`, name, fix);
  const end = signal === null ? `QEMU ended with code ${code}` : `QEMU was ended by ${signal}`;
  return new TargetError(`${end}, ${words === '' ? 'without a word' : `saying: ${words}`}`, name, fix);
}

/** `-nic none` leaves the board's own network chip without a network: QEMU says so at each start. */
const unasked = /^.*warning: nic .* has no peer$/gm;
