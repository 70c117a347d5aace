import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import { findProgram } from '../target/program.ts';
import { qemuTarget } from '../target/qemu.ts';
import { tickmarkProtocol } from './tickmark.ts';

const image = fileURLToPath(new URL('../../boards/firmware/images/mps2-an386.elf', import.meta.url));
const noQemu = missingTool(findProgram('qemu-system-arm') !== undefined, 'apt-get install qemu-system-arm');

test('the reference firmware restarts its core when it is told to', async ({ skip }) => {
  skip(noQemu !== undefined, noQemu);
  const signal = AbortSignal.timeout(30_000);
  const target = await qemuTarget({ name: 'qemu', machine: 'mps2-an386', clockHz: 15_625_000 }, signal);
  await using link = await target.open(image, signal);
  const dut = await tickmarkProtocol().connect(link, signal);
  await dut.reset();
  await expect(dut.stats()).rejects.toThrow('the firmware restarted');
  expect((await dut.stats()).droppedFrames).toBe(0);
});
