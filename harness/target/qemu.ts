import { readFile } from 'node:fs/promises';
import { InputError, messageOf, NotInstalled, TargetError } from '../errors.ts';
import { type BoundChild, startBound } from './bound-child.ts';
import { readElf } from './elf.ts';
import type { Target } from './port.ts';
import { findProgram } from './program.ts';
import { hex, isWithin, openLink, rangesOf } from './qemu-link.ts';
import {
  type QemuMachine,
  type QemuMachineName,
  type QemuProgram,
  qemuMachines,
  qemuPackages,
} from './qemu-machines.ts';
import { fixedArguments, shiftFor, sockets, versionOf } from './qemu-start.ts';

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
 * https://www.qemu.org/docs/master/system/targets.html
 */
export async function qemuTarget({ name, machine, clockHz }: QemuOptions, until: AbortSignal): Promise<Target> {
  const { program, memory }: QemuMachine = qemuMachines[machine];
  const { exit } = families[program];
  const shift = shiftFor(clockHz, name);
  const path = findProgram(program);
  const unstarted = (cause: unknown): TargetError => {
    const fix = `see what \`${path} --version\` says, and install it again: ${howToGet(program)}`;
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
      if (path === undefined) throw new NotInstalled(`${program} is not installed`, name, howToGet(program));
      await expectImage(imagePath, machine);
      signal.throwIfAborted();
      const args = argumentsFor({ machine, imagePath, shift });
      const start = (): Promise<BoundChild> =>
        startBound(path, args, { sockets }).catch((cause: unknown) => {
          throw unstarted(cause);
        });
      const link = openLink({ name, machine, memory, exit, start, child: await start() }, signal);
      if (signal.aborted) await link[Symbol.asyncDispose]();
      signal.throwIfAborted();
      return link;
    },
  };
}

/** Why a machine cannot be run here, and how to change that; undefined when it can. */
export function missingQemu(machine: QemuMachineName): string | undefined {
  const { program } = qemuMachines[machine];
  return findProgram(program) === undefined ? `${program} is not installed: ${howToGet(program)}` : undefined;
}

function howToGet(program: QemuProgram): string {
  const { debian, macos } = qemuPackages(program);
  return `apt-get install ${debian}, or brew install ${macos}`;
}

/** What a core looks for at its start, and by what means firmware ends its machine. */
const families: Record<QemuProgram, { readonly start: string; readonly exit: string }> = {
  'qemu-system-arm': { start: 'vector table', exit: 'semihosting exit' },
  'qemu-system-riscv32': { start: 'code', exit: 'the test device at 0x100000: code' },
};

/** QEMU itself starts whatever it is given, at whatever lies where the core looks first. */
async function expectImage(imagePath: string, machine: QemuMachineName): Promise<void> {
  const { program, memory, startAddress }: QemuMachine = qemuMachines[machine];
  const { start } = families[program];
  const file = await readFile(imagePath).catch((cause: unknown) => {
    throw new InputError(`cannot be read: ${messageOf(cause)}`, imagePath, 'check the path of the image', { cause });
  });
  const { segments } = readElf(file, imagePath);
  const outside = segments.find(({ physicalAddress, bytes }) => !isWithin(memory, physicalAddress, bytes.length));
  const isThere = segments.some(({ physicalAddress, bytes }) => physicalAddress === startAddress && bytes.length >= 8);
  const fix = `give an image linked for ${machine}: its ${start} at ${hex(startAddress)}, memory at ${rangesOf(memory)}`;
  if (outside) throw new InputError(`loads to ${hex(outside.physicalAddress)}, where no memory is`, imagePath, fix);
  if (!isThere) throw new InputError(`has no ${start} at ${hex(startAddress)}`, imagePath, fix);
}

interface Start {
  readonly machine: QemuMachineName;
  readonly imagePath: string;
  readonly shift: number;
}

function argumentsFor({ machine, imagePath, shift }: Start): string[] {
  const { uart = 0, arguments: chosen = ['-M', machine] }: QemuMachine = qemuMachines[machine];
  const serial = [...Array.from({ length: uart }, () => 'null'), 'chardev:uart'].flatMap(end => ['-serial', end]);
  return [...chosen, '-kernel', imagePath, '-icount', `shift=${shift}`, ...fixedArguments, ...serial];
}
