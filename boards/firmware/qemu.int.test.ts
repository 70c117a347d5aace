// The images of QEMU's machines: the same instructions in every run, and TFLM's bytes.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FirmwareFault } from '../../harness/errors.ts';
import { dataDir, noData } from '../../harness/fixtures/data.ts';
import {
  expectedKeywordOutputs,
  faultOf,
  keywordOutputs,
  type Reference,
  stackOverflowOf,
  ticksFor,
} from '../../harness/fixtures/reference.ts';
import { missingTool } from '../../harness/fixtures/tools.ts';
import { located } from '../../harness/measure/locate.ts';
import { readElf } from '../../harness/target/elf.ts';
import { functionsOf } from '../../harness/target/function-at.ts';
import { findProgram } from '../../harness/target/program.ts';
import { qemuTarget } from '../../harness/target/qemu.ts';
import { type QemuMachineName, type QemuProgram, qemuMachines } from '../../harness/target/qemu-machines.ts';

const skipReason = missingTool(
  ['qemu-system-arm', 'qemu-system-riscv32'].every(program => findProgram(program) !== undefined),
  'apt-get install qemu-system-arm qemu-system-misc',
);
const machines = Object.keys(qemuMachines) as QemuMachineName[];
/** Where the image has another name than the machine. */
const images: Partial<Record<QemuMachineName, string>> = { netduinoplus2: 'stm32f4' };

/** How the firmware tells of an undefined instruction at `pc`. */
const fault: Record<QemuProgram, (pc: string) => RegExp> = {
  'qemu-system-arm': pc => new RegExp(`HardFault pc=0x${pc} lr=0x[0-9a-f]{8} cfsr=0x00010000`), // UNDEFINSTR
  'qemu-system-riscv32': pc => new RegExp(`trap mcause=0x00000002 mepc=0x${pc} mtval=0x0000`), // illegal instruction
};

/** Told on a stack that is whole: nothing could be said on the one that overflowed. */
const overflow: Record<QemuProgram, RegExp> = {
  'qemu-system-arm': /stack overflow sp=0x[0-9a-f]{8}/,
  'qemu-system-riscv32': /trap mcause=0x00000007 mepc=0x[0-9a-f]{8} mtval=0x80400/, // a store into the guard
};

describe.skipIf(skipReason !== undefined).each(machines)(`%s on QEMU (${skipReason ?? 'found'})`, machine => {
  test('two boots count the same ticks, and twice the work is twice the ticks', async () => {
    const reference = await referenceOn(machine);
    const repeats = [1, 1, 2, 500];
    const ticks = await ticksFor(reference, repeats);
    expect(await ticksFor(reference, repeats)).toEqual(ticks);
    const [once = 0, again, twice = 0, often = 0] = ticks;
    expect(again).toBe(once);
    expect(twice / once).toBeCloseTo(2, 3);
    expect(often).toBeGreaterThan(2 ** 25); // SysTick has 24 bits
    expect(often / once).toBeCloseTo(500, -1);
  });

  test('computes TFLM’s bytes for 200 spoken words', async ({ skip }) => {
    skip(!dataDir, noData);
    const outputs = await keywordOutputs(await referenceOn(machine));
    expect(outputs).toHaveLength(200 * 12);
    expect(outputs.equals(expectedKeywordOutputs())).toBe(true);
  });

  test('a fault is told by the firmware, with where it was and why', async () => {
    const reference = await referenceOn(machine);
    const { address, fault: told } = await faultOf(reference);
    expect(told).toBeInstanceOf(FirmwareFault);
    expect(String(told)).toMatch(fault[qemuMachines[machine].program](address.toString(16).padStart(8, '0')));
    const elf = readElf(readFileSync(reference.image), machine);
    expect(String(located(told, functionsOf(elf)))).toContain(' in reference_invoke+0x0 ');
  });

  test('a stack that overflows is told by the firmware', async () => {
    const { fault: told } = await stackOverflowOf(await referenceOn(machine));
    expect(told).toBeInstanceOf(FirmwareFault);
    expect(String(told)).toMatch(overflow[qemuMachines[machine].program]);
  });
});

async function referenceOn(machine: QemuMachineName): Promise<Reference> {
  const clockHz = machine === 'rv32' ? 1e9 : 15_625_000;
  return {
    target: await qemuTarget({ name: machine, machine, clockHz }, AbortSignal.timeout(10_000)),
    image: fileURLToPath(new URL(`images/${images[machine] ?? machine}.elf`, import.meta.url)),
  };
}
