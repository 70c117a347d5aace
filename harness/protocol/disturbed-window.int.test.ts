import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import type { Link } from '../target/port.ts';
import { findProgram } from '../target/program.ts';
import { qemuTarget } from '../target/qemu.ts';
import { tickmarkProtocol } from './tickmark.ts';

const image = fileURLToPath(new URL('../../boards/firmware/images/mps2-an386.elf', import.meta.url));
const model = readFileSync(new URL('../../suites/vibration-anomaly/anomaly_int8.tflite', import.meta.url));
const noQemu = missingTool(findProgram('qemu-system-arm') !== undefined, 'apt-get install qemu-system-arm');
const input = new Uint8Array(192).fill(5);
const repeat = 300;

// On QEMU, which hands bytes over as they come; the emulated RP2040 keeps them until the core sleeps.
test.skipIf(noQemu !== undefined)(`a byte too many in a window costs ticks, and the firmware says so`, async () => {
  const signal = AbortSignal.timeout(60_000);
  const target = await qemuTarget({ name: 'qemu', machine: 'mps2-an386', clockHz: 15_625_000 }, signal);
  await using link = await target.open(image, signal);
  const line = doublingLink(link);
  const dut = await tickmarkProtocol().connect(line, signal);
  await dut.load(model);
  await dut.prepare(model.length);
  const quiet = await dut.infer(input, { repeat });
  line.isDoubling = true;
  const noisy = await dut.infer(input, { repeat });
  line.isDoubling = false;
  expect(noisy).toMatchObject({ isDisturbed: true, output: quiet.output });
  expect(noisy.ticks).toBeGreaterThan(quiet.ticks);
  expect(await dut.infer(input, { repeat })).toEqual(quiet);
  expect(quiet).not.toHaveProperty('isDisturbed');
  expect(dut.linkUse()).toMatchObject({ repeats: 0, lostFrames: 0, damagedFrames: 0 });
});

/** A line that, when told to, doubles the zero at the end of each frame, 3 ms late. */
function doublingLink(link: Link): Link & { isDoubling: boolean } {
  const line = {
    ...link,
    isDoubling: false,
    async write(bytes: Uint8Array) {
      await link.write(bytes);
      if (!line.isDoubling) return;
      await new Promise(resolve => setTimeout(resolve, 3));
      await link.write(Uint8Array.of(0));
    },
  };
  return line;
}
