import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { InputError, messageOf, NotInstalled, TargetError } from '../errors.ts';
import { type BoundChild, startBound } from './bound-child.ts';
import { readElf } from './elf.ts';
import type { Link, Target } from './port.ts';
import { findProgram } from './program.ts';
import { openLink } from './qemu-link.ts';
import { fixedArguments, shiftFor, sockets, versionOf } from './qemu-start.ts';

/** The data RAM of each chip, by its Technical Reference Manual: what a debugger may read and write. */
const machines = {
  esp32: { program: 'qemu-system-xtensa', memory: [{ address: 0x3ffa_e000, bytes: 0x5_2000 }] },
  esp32c3: { program: 'qemu-system-riscv32', memory: [{ address: 0x3fc8_0000, bytes: 0x6_0000 }] },
} as const;

export type EspQemuMachine = keyof typeof machines;

export interface EspQemuOptions {
  readonly name: string;
  readonly machine: EspQemuMachine;
  /** The whole flash, as `esptool.py merge_bin` writes it: an absolute path. QEMU gets a copy, which it writes to. */
  readonly flash: string;
  /** Instructions in a second of virtual time: 1 GHz divided by a power of two. */
  readonly clockHz: number;
}

/**
 * An ESP-IDF application on Espressif's fork of QEMU, which boots it from its flash; the ELF file beside it tells what build it is, and where
 * it was when it faulted. UART0 is the link. Untried: written by the fork's documentation, and run by nobody yet.
 * Rejects with TargetError where QEMU does not start, or with the reason of `until`.
 * https://github.com/espressif/esp-toolchain-docs/tree/main/qemu
 */
export async function espQemuTarget(options: EspQemuOptions, until: AbortSignal): Promise<Target> {
  const { name, machine, flash, clockHz } = options;
  const { program, memory } = machines[machine];
  const shift = shiftFor(clockHz, name);
  const path = find(program);
  const unstarted = (cause: unknown): TargetError =>
    new TargetError(`${path} did not start: ${messageOf(cause).trim()}`, name, howToGetEspQemu, { cause });
  const asked = path === undefined ? undefined : await ask(path, machine, until).catch(orReason(until, unstarted));
  return {
    name,
    basis: 'instructions',
    ...(asked && { emulator: `Espressif's QEMU ${asked.version}` }),
    async open(imagePath, signal) {
      signal.throwIfAborted();
      if (path === undefined) throw new NotInstalled(`Espressif's ${program} is not installed`, name, howToGetEspQemu);
      if (!asked?.hasMachine)
        throw new NotInstalled(`${path} is not Espressif's: it has no machine ${machine}`, name, howToGetEspQemu);
      await expectElf(imagePath);
      await using flashed = await copyOf(flash);
      const args = ['-M', machine, '-drive', `file=${flashed.path},if=mtd,format=raw`, '-icount', `shift=${shift}`];
      const start = (): Promise<BoundChild> =>
        startBound(path, [...args, ...fixedArguments, '-serial', 'chardev:uart'], { sockets }).catch(
          (cause: unknown) => {
            throw unstarted(cause);
          },
        );
      signal.throwIfAborted();
      const link = openLink({ name, machine, memory, exit: 'exit', start, child: await start() }, signal);
      if (signal.aborted) await link[Symbol.asyncDispose]();
      signal.throwIfAborted();
      return withFlash(link, flashed.keep());
    },
  };
}

/** Why an ESP-IDF application cannot be run here, and how to change that; undefined when there is a QEMU, whoever it is of. */
export function missingEspQemu(machine: EspQemuMachine): string | undefined {
  const { program } = machines[machine];
  return find(program) === undefined ? `Espressif's ${program} is not installed: ${howToGetEspQemu}` : undefined;
}

export const howToGetEspQemu =
  'unpack a release of https://github.com/espressif/qemu/releases, and name its bin folder in TICKMARK_ESP_QEMU';

/** TICKMARK_ESP_QEMU comes before PATH, where the system's QEMU of the same name may be. */
function find(program: string): string | undefined {
  const { TICKMARK_ESP_QEMU: own, PATH } = process.env;
  return findProgram(program, { PATH: [own, PATH].filter(Boolean).join(delimiter) });
}

async function ask(path: string, machine: EspQemuMachine, signal: AbortSignal) {
  const version = await versionOf(path, signal);
  const { stdout } = await promisify(execFile)(path, ['-M', 'help'], { signal, timeout: 10_000 });
  return { version, hasMachine: new RegExp(`^${machine}\\s`, 'm').test(stdout) };
}

function orReason(signal: AbortSignal, wrap: (cause: unknown) => Error): (cause: unknown) => never {
  return cause => {
    signal.throwIfAborted();
    throw wrap(cause);
  };
}

async function expectElf(imagePath: string): Promise<void> {
  const file = await readFile(imagePath).catch((cause: unknown) => {
    throw new InputError(`cannot be read: ${messageOf(cause)}`, imagePath, 'check the path of the image', { cause });
  });
  readElf(file, imagePath);
}

/** What the chips' loaders know; QEMU refuses any other. */
const flashSizes = [2, 4, 8, 16].map(mebibytes => mebibytes << 20);

interface Flashed extends AsyncDisposable {
  readonly path: string;
  /** Hands the copy over: from then on, disposing of what this returns removes it. */
  keep(): () => Promise<void>;
}

async function copyOf(flash: string): Promise<Flashed> {
  const { size } = await stat(flash).catch((cause: unknown) => {
    throw new InputError(`cannot be read: ${messageOf(cause)}`, flash, 'check the path of the flash image', { cause });
  });
  if (!flashSizes.includes(size))
    throw new InputError(
      `has ${size} bytes, and flash has 2, 4, 8 or 16 MiB`,
      flash,
      'write it with `esptool.py merge_bin --fill-flash-size 4MB`',
    );
  const folder = await mkdtemp(join(tmpdir(), 'tickmark-flash-'));
  const path = join(folder, 'flash.bin');
  const remove = () => rm(folder, { recursive: true, force: true });
  let isKept = false;
  await copyFile(flash, path);
  return {
    path,
    keep() {
      isKept = true;
      return remove;
    },
    async [Symbol.asyncDispose]() {
      if (!isKept) await remove();
    },
  };
}

function withFlash(link: Link, remove: () => Promise<void>): Link {
  return {
    ...link,
    async [Symbol.asyncDispose]() {
      await link[Symbol.asyncDispose]();
      await remove();
    },
  };
}
