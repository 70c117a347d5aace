import { expect, test } from 'vitest';
import { costOf, type Work } from './cost.ts';

function work(kind: 'qemu' | 'rp2040js', macs: number, boots = 1): Work {
  const target = kind === 'qemu' ? ({ kind, machine: 'mps2-an386' } as const) : ({ kind } as const);
  return { suite: { measure: { warmup: 1, boots, timeoutMs: 1 } }, board: { target }, vectors: 100, macs };
}

test('the same work costs less on the faster emulator, so that the first verdict is soon', () => {
  expect(costOf(work('qemu', 1e6))).toBeLessThan(costOf(work('rp2040js', 1e6)));
});

test('a large model on a fast emulator comes after a small one on a slow emulator', () => {
  expect(costOf(work('qemu', 1e9))).toBeGreaterThan(costOf(work('rp2040js', 1e6)));
});

test('every boot costs all of it', () => {
  expect(costOf(work('qemu', 1e6, 3))).toBeCloseTo(3 * costOf(work('qemu', 1e6)));
});
