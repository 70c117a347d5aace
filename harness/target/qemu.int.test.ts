import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { InputError, NotInstalled, TargetError } from '../errors.ts';
import { missingTool } from '../fixtures/tools.ts';
import { firmwareFile, mps2, type Program } from './fixtures/firmware.ts';
import { computing, echo, exiting, lockingUp, opening, openingForEver } from './fixtures/mps2-programs.ts';
import { computingOn, echoOn, wirings } from './fixtures/qemu-programs.ts';
import * as rv32 from './fixtures/rv32-programs.ts';
import type { Link, Target } from './port.ts';
import { findProgram } from './program.ts';
import { missingQemu, qemuTarget } from './qemu.ts';
import { qemuMachines } from './qemu-machines.ts';
import { read, testTarget } from './target.contract.ts';

const { signal } = new AbortController();
const clockHz = 15_625_000;
const machines = Object.keys(wirings) as (keyof typeof wirings)[];
const skipReason = missingTool(findProgram('qemu-system-arm') !== undefined, 'apt-get install qemu-system-arm');
const target = await qemuTarget({ name: 'qemu-mps2-an386', machine: 'mps2-an386', clockHz }, signal);

describe.skipIf(skipReason !== undefined)(`QEMU (${skipReason ?? 'found'})`, () => {
  testTarget({
    target: () => target,
    image: () => firmwareFile(echo, mps2),
    ramAddress: 0x2010_0000,
    openResources: () => childrenOf(process.pid).length,
  });

  test.each(['reset', 'powerCycle'] as const)('a %s ends a long computation', async again => {
    await using link = await open(computing);
    const sent = await read(link, 1);
    await link[again]?.();
    expect(await read(link, 1)).toBe(sent);
  });

  test('a reset takes no new process, a power cycle does, and the old one is gone', async () => {
    await using link = await open(echo);
    const [first] = childrenOf(process.pid);
    await link.reset?.();
    expect(childrenOf(process.pid)).toEqual([first]);
    await link.powerCycle?.();
    expect(childrenOf(process.pid)).toEqual([expect.not.toSatisfy((pid: unknown) => pid === first)]);
  });

  test('flash outlives the power', async () => {
    const machine = 'netduinoplus2';
    const place = await qemuTarget({ name: machine, machine, clockHz }, signal);
    const wiring = wirings[machine];
    await using link = await place.open(firmwareFile(echoOn(wiring), wiring), signal);
    await read(link, 1);
    for (const address of [0x0808_0000, 0x2001_0000]) await link.memory?.write(address, Buffer.from('held'));
    await link.powerCycle?.();
    expect(await read(link, 1)).toBe('!');
    expect(Buffer.from((await link.memory?.read(0x0808_0000, 4)) ?? []).toString()).toBe('held');
    expect(Buffer.from((await link.memory?.read(0x2001_0000, 4)) ?? []).toString()).toBe('\0\0\0\0');
  });

  test('an abort in the middle of a power cycle leaves nothing open', async () => {
    const before = childrenOf(process.pid).length;
    const abort = new AbortController();
    await using link = await target.open(firmwareFile(echo, mps2), abort.signal);
    const cycling = link.powerCycle?.();
    abort.abort(new Error('interrupted'));
    await expect(cycling).rejects.toThrow('interrupted');
    await expect.poll(() => childrenOf(process.pid).length).toBe(before);
  });

  test('names the emulator and its version', () => {
    expect(target.emulator).toMatch(/^QEMU \d+\.\d+\.\d+$/);
  });

  test.each(machines)('%s echoes all 256 bytes, in order', async machine => {
    const place = await qemuTarget({ name: machine, machine, clockHz }, signal);
    const wiring = wirings[machine];
    await using link = await place.open(firmwareFile(echoOn(wiring), wiring), signal);
    expect(await read(link, 1)).toBe('!'); // before that, some machines drop what comes
    const bytes = Uint8Array.from({ length: 1024 }, (_, at) => at & 0xff);
    // The socket holds some 277 bytes that come one by one, and the program does not wait for room in it.
    for (let at = 0; at < bytes.length; at += 128) {
      const some = bytes.subarray(at, at + 128);
      await link.write(some);
      expect(await read(link, some.length)).toBe(Buffer.from(some).toString('latin1'));
    }
  });

  test.each(machines)(
    '%s has its memory at the back door, also while the core computes, and nothing else',
    async machine => {
      const place = await qemuTarget({ name: machine, machine, clockHz }, signal);
      const wiring = wirings[machine];
      await using link = await place.open(firmwareFile(computingOn(wiring), wiring), signal);
      await read(link, 1);
      const long = Uint8Array.from({ length: 10_000 }, (_, at) => (at * 7) & 0xff);
      for (const { address, bytes } of qemuMachines[machine].memory) {
        await link.memory?.write(address + bytes - long.length, long);
        expect(await link.memory?.read(address + bytes - long.length + 1, long.length - 1)).toEqual(
          Buffer.from(long.subarray(1)),
        );
        await expect(link.memory?.read(address + bytes - 7, 8)).rejects.toThrow(TargetError);
      }
      await expect(link.memory?.write(0x4000_4000, Uint8Array.of(1))).rejects.toThrow(
        /no memory at 0x40004000, 1 bytes\n.*0x[23][08]000000 \([45]\d* [MK]iB\)|0x20000000 \(128 KiB\)/,
      );
    },
  );

  test('takes several requests for memory at once, and answers each', async () => {
    await using link = await open(computing);
    await read(link, 1);
    const places = [0, 1, 2, 3].map(at => 0x2000_0100 + 16 * at);
    await Promise.all(places.map(async place => link.memory?.write(place, Uint8Array.of(place & 0xff))));
    const found = await Promise.all(places.map(async place => link.memory?.read(place, 1)));
    expect(found.map(bytes => bytes?.[0])).toEqual(places.map(place => place & 0xff));
  });

  test.each([
    {
      program: lockingUp,
      kind: 'TargetError',
      says: /the core stopped at pc=0x00000102: Lockup: can't escalate 3 to HardFault/,
    },
    { program: exiting, kind: 'FirmwareFault', says: /: the firmware ended itself by semihosting exit 3\n/ },
  ])('a firmware that ends its core is told why: $says', async ({ program, kind, says }) => {
    await using link = await open(program);
    const loss = await read(link, 1).catch((error: unknown) => error);
    expect(loss).toHaveProperty('name', kind);
    expect(String(loss)).toMatch(says);
    await expect(link.write(Uint8Array.of(1))).rejects.toBe(loss);
    await expect(link.memory?.read(0, 4)).rejects.toBe(loss);
  });

  test("gives the firmware none of the host's files by semihosting", async () => {
    rmSync('opened', { force: true });
    await using link = await open(opening);
    expect(await read(link, 1)).toBe('1');
    expect(existsSync('opened')).toBe(false);
  });

  test('its memory can be read while the firmware calls the debugger all the time', async () => {
    await using link = await open(openingForEver);
    for (let at = 0; at < 200; at++) expect(await link.memory?.read(0x110 + at, 2)).toHaveLength(2);
  });

  test('a QEMU that is killed ends the bytes and everything else with the reason', async () => {
    await using link = await open(echo);
    await read(link, 1);
    const pending = link.memory?.read(0, 1 << 20);
    for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
    const loss = await read(link, 1).catch((error: unknown) => error);
    expect(loss).toBeInstanceOf(TargetError);
    expect(String(loss)).toContain('QEMU was ended by SIGKILL, without a word');
    await expect(pending).rejects.toThrow(TargetError);
  });

  test('an idle core takes no time of the host', async () => {
    await using link = await open(echo);
    await read(link, 1);
    const [pid = 0] = childrenOf(process.pid);
    const before = cpuTicksOf(pid);
    await new Promise(resolve => setTimeout(resolve, 500));
    expect(cpuTicksOf(pid) - before).toBeLessThan(10); // of 50, at 100 a second
  });

  test('no QEMU stays when its parent is killed', { skip: findProgram('setpriv') === undefined }, async () => {
    const parent = spawn(
      process.execPath,
      ['--import', 'tsx', fixture('keeps-qemu-open.ts'), firmwareFile(computing, mps2)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await new Promise(resolve => parent.stdout.once('data', resolve));
    const [qemu = 0] = childrenOf(parent.pid ?? 0).filter(pid => commandOf(pid).includes('qemu-system-arm'));
    expect(qemu).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    await expect.poll(() => isRunning(qemu), { timeout: 5000 }).toBe(false);
  });

  test('refuses an image that is not for this machine, by name of what is wrong', async () => {
    const forPico = firmwareFile(echo);
    await expect(target.open(forPico, signal)).rejects.toThrow(InputError);
    await expect(target.open(forPico, signal)).rejects.toThrow('loads to 0x10000100, where no memory is');
    await expect(target.open('missing.elf', signal)).rejects.toThrow('cannot be read: ENOENT');
  });
});

const noRiscv = missingTool(findProgram('qemu-system-riscv32') !== undefined, 'apt-get install qemu-system-misc');

describe.skipIf(noRiscv !== undefined)(`QEMU for RISC-V (${noRiscv ?? 'found'})`, async () => {
  const virt = await qemuTarget({ name: 'qemu-rv32', machine: 'rv32', clockHz: 1e9 }, signal);

  testTarget({
    target: () => virt,
    image: () => rv32.virtFile(rv32.echo),
    ramAddress: 0x8100_0000,
    openResources: () => childrenOf(process.pid).length,
  });

  test('echoes all 256 bytes, in order', async () => {
    await using link = await virt.open(rv32.virtFile(rv32.echo), signal);
    const bytes = Uint8Array.from({ length: 1024 }, (_, at) => at & 0xff);
    await link.write(bytes);
    expect(await read(link, 1025)).toBe(`!${Buffer.from(bytes).toString('latin1')}`);
  });

  test('its memory is at the back door, also while the core computes, and nothing else', async () => {
    await using link = await virt.open(rv32.virtFile(rv32.computing), signal);
    await read(link, 1);
    await link.memory?.write(0x81ff_fffc, Uint8Array.of(1, 2, 3, 4));
    expect(await link.memory?.read(0x81ff_fffd, 3)).toEqual(Buffer.of(2, 3, 4));
    await expect(link.memory?.read(0x8200_0000, 1)).rejects.toThrow('no memory at 0x82000000');
  });

  test('a firmware that ends its machine is told so', async () => {
    await using link = await virt.open(rv32.virtFile(rv32.exiting), signal);
    await expect(read(link, 1)).rejects.toThrow('the firmware ended itself by the test device at 0x100000: code 3');
  });

  test('refuses an image that does not begin where the core does', async () => {
    const misplaced = firmwareFile(echo, { vectorAddress: 0x8000_0100, stackTop: 0x8000_8000 });
    await expect(virt.open(misplaced, signal)).rejects.toThrow('has no code at 0x80000000');
  });
});

test('a rate that QEMU cannot count at is an error of the board', async () => {
  const board = { name: 'mine', machine: 'mps2-an386' } as const;
  await expect(qemuTarget({ ...board, clockHz: 25e6 }, signal)).rejects.toThrow(InputError);
  await expect(qemuTarget({ ...board, clockHz: 25e6 }, signal)).rejects.toThrow('write `clock: 15.625 MHz` (64 ns)');
  await expect(qemuTarget({ ...board, clockHz: 31.25e6 }, signal)).resolves.toMatchObject({ basis: 'instructions' });
});

test('without QEMU nothing is tried, and how to get it is said', async () => {
  using _path = onlyPath('/nowhere');
  const missing = await mine(signal);
  await expect(missing.open('any.elf', signal)).rejects.toThrow(NotInstalled);
  expect(missingQemu('mps2-an386')).toBe(
    'qemu-system-arm is not installed: apt-get install qemu-system-arm, or brew install qemu',
  );
  expect(missingQemu('rv32')).toContain('qemu-system-riscv32 is not installed: apt-get install qemu-system-misc,');
});

test('a QEMU that does not start is told with its words and how to get another', async () => {
  using _path = onlyPath(folderWithQemu('echo "libpixman-1.so.0: cannot open shared object file" >&2; exit 127'));
  const refused = await mine(signal).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(TargetError);
  expect(String(refused)).toMatch(/q: qemu-system-arm did not start: .*\n?.*libpixman.*\n.*→ .*apt-get install/);
});

test('a QEMU that does not answer is given up when the signal aborts', async () => {
  using _path = onlyPath(folderWithQemu('exec /bin/sleep 60'));
  await expect(mine(AbortSignal.timeout(100))).rejects.toThrow('due to timeout');
});

function mine(until: AbortSignal): Promise<Target> {
  return qemuTarget({ name: 'q', machine: 'mps2-an386', clockHz }, until);
}

function onlyPath(folder: string): Disposable {
  const { PATH } = process.env;
  process.env.PATH = folder;
  return { [Symbol.dispose]: () => (process.env.PATH = PATH) };
}

/** A folder with nothing but a `qemu-system-arm` that does what the shell is told here. */
function folderWithQemu(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-qemu-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'qemu-system-arm'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return folder;
}

function open(program: Program): Promise<Link> {
  return target.open(firmwareFile(program, mps2), signal);
}

function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter(line => line.includes('qemu-system-'))
    .map(line => Number.parseInt(line, 10));
}

function commandOf(pid: number): string {
  return spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout;
}

function isRunning(pid: number): boolean {
  return commandOf(pid).trim() !== '' && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
}

/** User and system time, in clock ticks: fields 14 and 15 of proc(5). */
function cpuTicksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
