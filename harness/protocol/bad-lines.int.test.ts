import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ByteFaults } from '../measure/faulty-line.ts';
import {
  connectOver,
  hasModel,
  inputOf,
  inVirtualTime,
  model,
  operatorTicks,
  truth,
} from './fixtures/bad-line-session.ts';

const inferences = 556; // in each of 18 sessions: 10,008
const faults = ['drop', 'flip', 'double', 'reorder', 'delay'] as const;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each([1e-4, 1e-3, 1e-2])('at %d a byte in both directions', rate => {
  const lines = [
    ...faults.map(fault => ({ line: `a line with ${fault}`, rates: { [fault]: rate } })),
    { line: 'a line with all of it', rates: Object.fromEntries(faults.map(fault => [fault, rate])) },
  ];

  test.each(lines)(`$line gives ${inferences} right answers, and its faults are counted`, async ({ rates }) => {
    const { wrong, repaired, done } = await inVirtualTime(session(rates, rate * 1e5));
    expect(wrong).toEqual([]);
    const damaging = faults.filter(fault => fault !== 'delay').map(fault => done.toDut[fault] + done.toHost[fault]);
    expect(repaired > 0).toBe(damaging.some(count => count > 0));
  });
});

async function session(rates: Partial<ByteFaults>, seed: number) {
  const { dut, link } = await connectOver({ seed, toDut: rates, toHost: rates });
  await dut.load(model);
  expect(await hasModel(dut)).toBe(true);
  await dut.prepare(model.length);
  const wrong: number[] = [];
  for (let vector = 0; vector < inferences; vector++) {
    const { ticks, output } = await dut.infer(inputOf(vector));
    const expected = truth(inputOf(vector));
    if (ticks !== expected.ticks || Buffer.compare(output, expected.output) !== 0) wrong.push(vector);
  }
  expect(await dut.operatorTicks()).toEqual(operatorTicks);
  expect(await hasModel(dut)).toBe(true);
  const { damagedFrames, lostFrames } = dut.linkUse();
  return { wrong, repaired: damagedFrames + lostFrames, done: link.done };
}
