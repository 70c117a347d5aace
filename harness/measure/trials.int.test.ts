// Faults on demand against the reference firmware, which gets over all of them, on two emulators.
import { describe, expect, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import { findProgram } from '../target/program.ts';
import type { MeasuredCase } from '../testing/measured.ts';
import { measureVibration } from './fixtures/vibration.ts';

const noQemu = missingTool(findProgram('qemu-system-arm') !== undefined, 'apt-get install qemu-system-arm');

const robustness = `robustness:
  - { fault: uart-drop, rate: 2e-3, expect: same-output }
  - { fault: uart-flip, rate: 2e-3, expect: same-output }
  - { fault: uart-flip, rate: 2e-3, expect: detected }
  - { fault: uart-delay, rate: 5e-3, by: 20 ms, expect: same-output }
  - { fault: power-cycle, vector: 3, expect: same-output }
  - { fault: model-bit, bit: 12345, expect: same-output }
  - { fault: model-bit, bit: 12345, expect: detected }
`;

describe.each([
  { target: 'rp2040js-pico', why: undefined },
  { target: 'qemu-mps2-an386', why: noQemu },
])('$target', ({ target, why }) => {
  test.skipIf(why !== undefined)('the reference firmware gets over every fault', async () => {
    using measured = await measureVibration(target, robustness);
    console.log(
      trialsOf(measured)
        .map(({ budget, status, reason }) => `${budget} ${status}: ${reason}`)
        .join('\n'),
    );
    expect(trialsOf(measured).filter(({ status }) => status !== 'passed')).toEqual([]);
    expect(measured.status).toBe('passed');
  });
});

function trialsOf({ verdicts }: MeasuredCase) {
  return verdicts.filter(({ budget }) => budget.startsWith('robustness.'));
}
