// Later boots are resets where a target has one: nothing that is measured may tell them from power-on.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import { readRecording } from '../recording/read.ts';
import { findProgram } from '../target/program.ts';
import { measureVibration } from './fixtures/vibration.ts';

const noQemu = missingTool(findProgram('qemu-system-arm') !== undefined, 'apt-get install qemu-system-arm');

describe.each([
  { target: 'rp2040js-pico', why: undefined },
  ...['qemu-mps2-an386', 'qemu-mps2-an505', 'qemu-mps3-an547', 'qemu-netduinoplus2'].map(target => ({
    target,
    why: noQemu,
  })),
])('$target', ({ target, why }) => {
  test.skipIf(why !== undefined)('gives after a reset what it gives from power-on', async () => {
    using measured = await measureVibration(target, 'measure: { boots: 3 }');
    expect(measured.status).toBe('passed');
    const { samples, manifest } = readRecording(join(measured.folder, 'recordings', `hum@${target}`));
    const seen = [0, 1, 2].map(boot =>
      samples.flatMap(sample => {
        if (!('boot' in sample) || sample.boot !== boot || sample.kind === 'link') return [];
        return { ...sample, boot: 0 };
      }),
    );
    expect(seen[0]).toHaveLength(16); // twelve inferences, the scaling check, what they would have sent, the operators, the memory
    expect(seen.slice(1)).toEqual([seen[0], seen[0]]);
    if (target === 'rp2040js-pico') expect(manifest.emulation?.instructions).toBeGreaterThan(3 * 12 * 20_000);
  });
});
