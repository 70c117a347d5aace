// Model and tensors by the emulator's back door, and the same by UART: nothing that is measured may tell.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import { readRecording } from '../recording/read.ts';
import { findProgram } from '../target/program.ts';
import type { MeasuredCase } from '../testing/measured.ts';
import { measureVibration } from './fixtures/vibration.ts';

const noQemu = missingTool(findProgram('qemu-system-arm') !== undefined, 'apt-get install qemu-system-arm');

describe.each([
  { target: 'rp2040js-pico', modelBy: 'memory', why: undefined }, // in flash, which WRITE does not write
  { target: 'qemu-mps2-an386', modelBy: 'uart', why: noQemu },
])('$target', ({ target, modelBy, why }) => {
  test.skipIf(why !== undefined)('gives the same verdicts, outputs and ticks by UART as by the back door', async () => {
    using byMemory = await measureVibration(target, '');
    using byUart = await measureVibration(target, 'measure: { link: uart }');
    expect(byMemory.provenance.carried).toEqual({ model: 'memory', tensors: 'memory' });
    expect(byUart.provenance.carried).toEqual({ model: modelBy, tensors: 'uart' });
    expect(byUart.verdicts).toEqual(byMemory.verdicts);
    expect(byUart.status).toBe('passed');
    expect(inferencesOf(byUart)).toEqual(inferencesOf(byMemory));
    expect(byUart.metrics.link?.requests).toBeGreaterThan(byMemory.metrics.link?.requests ?? 0);
  });
});

function inferencesOf({ folder, suite, target }: MeasuredCase) {
  const { samples } = readRecording(join(folder, 'recordings', `${suite}@${target}`));
  return samples.filter(({ kind }) => kind === 'inference' || kind === 'operators');
}
