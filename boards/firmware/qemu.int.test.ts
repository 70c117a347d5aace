// The images of QEMU's machines: the same instructions in every run, and TFLM's bytes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FirmwareFault } from '../../harness/errors.ts';
import { dataDir, noData } from '../../harness/fixtures/data.ts';
import { missingTool } from '../../harness/fixtures/tools.ts';
import { located } from '../../harness/measure/locate.ts';
import type { Dut } from '../../harness/protocol/port.ts';
import { tickmarkProtocol } from '../../harness/protocol/tickmark.ts';
import { readElf } from '../../harness/target/elf.ts';
import { functionsOf } from '../../harness/target/function-at.ts';
import type { Link } from '../../harness/target/port.ts';
import { findProgram } from '../../harness/target/program.ts';
import { qemuTarget } from '../../harness/target/qemu.ts';
import { type QemuMachineName, qemuMachines } from '../../harness/target/qemu-machines.ts';

const skipReason = missingTool(findProgram('qemu-system-arm') !== undefined, 'apt-get install qemu-system-arm');
const vibration = readFileSync(new URL('../../suites/vibration-anomaly/anomaly_int8.tflite', import.meta.url));
const machines = Object.keys(qemuMachines) as QemuMachineName[];
/** Where the image has another name than the machine. */
const images: Partial<Record<QemuMachineName, string>> = { netduinoplus2: 'stm32f4' };

describe.skipIf(skipReason !== undefined).each(machines)(`%s on QEMU (${skipReason ?? 'found'})`, machine => {
  test('two boots count the same ticks, and twice the work is twice the ticks', async () => {
    const repeats = [1, 1, 2, 500];
    const ticks = await ticksFor(machine, repeats);
    expect(await ticksFor(machine, repeats)).toEqual(ticks);
    const [once = 0, again, twice = 0, often = 0] = ticks;
    expect(again).toBe(once);
    expect(twice / once).toBeCloseTo(2, 3);
    expect(often).toBeGreaterThan(2 ** 25); // SysTick has 24 bits
    expect(often / once).toBeCloseTo(500, -1);
  });

  test('computes TFLM’s bytes for 200 spoken words', async ({ skip }) => {
    skip(!dataDir, noData);
    const inputs = keywordFile('inputs.i8.bin');
    await using session = await boot(machine, keywordFile('kws_ref_model.tflite'));
    const { inputBytes } = session;
    const outputs: Uint8Array[] = [];
    for (let at = 0; at < inputs.length; at += inputBytes)
      outputs.push((await session.dut.infer(inputs.subarray(at, at + inputBytes))).output);
    expect(outputs).toHaveLength(200);
    expect(Buffer.concat(outputs).equals(keywordFile('expected.i8.bin'))).toBe(true);
  });

  test('a fault is told by the firmware, with where it was and why', async () => {
    await using session = await boot(machine, vibration);
    const elf = readElf(readFileSync(imageOf(machine)), machine);
    const { address = 0 } = elf.symbols.find(({ name }) => name === 'reference_invoke') ?? {};
    const at = address & ~1;
    await session.link.memory?.write(at, Uint8Array.of(0x00, 0xde)); // udf
    const fault = await session.dut.infer(new Uint8Array(session.inputBytes)).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(FirmwareFault);
    expect(String(fault)).toContain(`HardFault pc=0x${at.toString(16).padStart(8, '0')}`);
    expect(String(fault)).toContain('cfsr=0x00010000'); // UNDEFINSTR
    expect(String(located(fault, functionsOf(elf)))).toMatch(/pc=\w+ in reference_invoke\+0x0 lr=\w+ in \w+\+0x/);
  });
});

interface Session extends AsyncDisposable {
  readonly link: Link;
  readonly dut: Dut;
  readonly inputBytes: number;
}

/** The reference firmware with a model loaded and prepared. */
async function boot(machine: QemuMachineName, model: Uint8Array): Promise<Session> {
  const signal = AbortSignal.timeout(100_000);
  const target = await qemuTarget({ name: machine, machine, clockHz: 15_625_000 }, signal);
  const link = await target.open(imageOf(machine), signal);
  const dut = await tickmarkProtocol().connect(link, signal);
  await dut.load(model);
  const { inputBytes } = await dut.prepare(model.length);
  return { link, dut, inputBytes, [Symbol.asyncDispose]: () => link[Symbol.asyncDispose]() };
}

async function ticksFor(machine: QemuMachineName, repeats: readonly number[]): Promise<number[]> {
  await using session = await boot(machine, vibration);
  const ticks: number[] = [];
  for (const repeat of repeats)
    ticks.push((await session.dut.infer(new Uint8Array(session.inputBytes), { repeat })).ticks);
  return ticks;
}

function keywordFile(name: string): Buffer {
  return readFileSync(join(dataDir ?? '', 'kws01', name));
}

function imageOf(machine: QemuMachineName): string {
  return fileURLToPath(new URL(`images/${images[machine] ?? machine}.elf`, import.meta.url));
}
