import { expect, test } from 'vitest';
import { costOf, type Work } from './cost.ts';

function work(kind: 'qemu' | 'rp2040js', macs: number, boots = 1): Work {
  const target = kind === 'qemu' ? ({ kind, machine: 'mps2-an386' } as const) : ({ kind } as const);
  const measure = { warmup: 1, boots, timeoutMs: 1, link: 'memory' } as const;
  return { suite: { measure, robustness: [] }, board: { target }, vectors: 100, macs };
}

test('the same work costs less on the faster emulator, so that the first verdict is soon', () => {
  expect(costOf(work('qemu', 1e6))).toBeLessThan(costOf(work('rp2040js', 1e6)));
});

test('a large model on a fast emulator comes after a small one on a slow emulator', () => {
  expect(costOf(work('qemu', 1e9))).toBeGreaterThan(costOf(work('rp2040js', 1e6)));
});

test('what a board gets over its line takes the time that the line takes', () => {
  const onBoard = (baud: number, bytes: number): Work => {
    const target = { kind: 'serial', port: { path: '/dev/ttyACM0' }, baud } as const;
    return { ...work('qemu', 1e6), board: { target }, bytes };
  };
  expect(costOf(onBoard(115_200, 115_200)) - costOf(onBoard(115_200, 0))).toBeCloseTo(10);
  expect(costOf(onBoard(921_600, 115_200)) - costOf(onBoard(921_600, 0))).toBeCloseTo(1.25);
  expect(costOf({ ...work('qemu', 1e6), bytes: 1e9 })).toBe(costOf(work('qemu', 1e6)));
});

test('every boot costs all of it', () => {
  expect(costOf(work('qemu', 1e6, 3))).toBeCloseTo(3 * costOf(work('qemu', 1e6)));
});

test('a fault on demand costs a start, and the vectors that it has', () => {
  const one = work('qemu', 1e9);
  const trial = {
    budget: 'robustness.uart-drop',
    injection: { kind: 'uart-drop', rate: 1e-3 },
    expect: 'detected',
    vectors: 100,
    timeoutMs: 1,
    optional: false,
  } as const;
  const disturbed = (vectors: number) => ({ ...one, suite: { ...one.suite, robustness: [{ ...trial, vectors }] } });
  expect(costOf(disturbed(100))).toBeCloseTo(2 * costOf(one));
  expect(costOf(disturbed(1000))).toBeCloseTo(2 * costOf(one));
  expect(costOf(disturbed(50))).toBeLessThan(2 * costOf(one));
});
