// The faults on demand that the guide shows, against the reference firmware on two emulators.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import { findProgram } from '../target/program.ts';
import type { MeasuredCase } from '../testing/measured.ts';
import { measureVibration } from './fixtures/vibration.ts';

const guide = readFileSync(new URL('../../suites/README.md', import.meta.url), 'utf8');
const shown = /```yaml\n(robustness:\n[^`]*)```/.exec(guide)?.[1] ?? '';
const faults = ['uart-drop', 'uart-flip', 'uart-delay', 'power-cycle', 'model-bit'];
const noQemu = missingTool(findProgram('qemu-system-arm') !== undefined, 'apt-get install qemu-system-arm');

describe.each([
  { target: 'rp2040js-pico', why: undefined },
  { target: 'qemu-mps2-an386', why: noQemu },
])('$target', ({ target, why }) => {
  test.skipIf(why !== undefined)(
    'the reference firmware gets over every fault of the guide, with the same outputs',
    async () => {
      using undisturbed = await measureVibration(target, '');
      using measured = await measureVibration(target, shown);
      expect(measured.status).toBe('passed');
      const trials = trialsOf(measured);
      expect(trials.map(({ budget }) => budget)).toEqual(faults.map(fault => `robustness.${fault}`));
      for (const { status, reason } of trials) {
        expect(status).toBe('passed');
        expect(reason).toContain('all 8 vectors were answered; no output differs from the undisturbed boot');
      }
      expect(measured.metrics.latency).toEqual(undisturbed.metrics.latency);
      expect(measured.metrics.link).toEqual(undisturbed.metrics.link);
    },
  );
});

test.skipIf(noQemu !== undefined)('what cannot be repaired in time is failed, and says where it stood', async () => {
  const hopeless = 'robustness: [{ fault: uart-drop, rate: 0.1, expect: recovered, timeout: 2 s }]';
  using measured = await measureVibration('qemu-mps2-an386', hopeless);
  expect(measured.status).toBe('failed');
  expect(trialsOf(measured)[0]).toMatchObject({
    status: 'failed',
    reason: expect.stringMatching(/^must be recovered, and is not: \d+ of \d+ bytes vanished .*within 2 s, waiting/),
  });
});

function trialsOf({ verdicts }: MeasuredCase) {
  return verdicts.filter(({ budget }) => budget.startsWith('robustness.'));
}
