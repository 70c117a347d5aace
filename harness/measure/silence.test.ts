import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Dut, Inference } from '../protocol/port.ts';
import { heardDut } from './silence.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const input = new Uint8Array(4);
const after = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

/** A DUT whose inferences take so long, one after the other; after the last it says nothing more. */
function dutThatTakes(...eachMs: readonly number[]): Dut {
  const left = [...eachMs];
  const infer = async (): Promise<Inference> => {
    await after(left.shift() ?? Number.MAX_SAFE_INTEGER / 1e7);
    return { ticks: 1, output: input };
  };
  async function* inferAll(inputs: readonly Uint8Array[]) {
    for (const _ of inputs) yield (await infer()).output;
  }
  return { infer, inferAll } as Partial<Dut> as Dut;
}

async function endOf(work: Promise<unknown>, withinMs: number): Promise<string> {
  let end = 'still waiting';
  work.then(
    () => (end = 'answered'),
    (error: Error) => (end = error.message),
  );
  await vi.advanceTimersByTimeAsync(withinMs);
  return end;
}

test('the first inference has two minutes, since nothing is known of the board', async () => {
  const dut = heardDut(dutThatTakes(119_000), 'nucleo');
  expect(await endOf(dut.infer(input), 119_000)).toBe('answered');
  expect(await endOf(heardDut(dutThatTakes(), 'nucleo').infer(input), 120_000)).toMatch(
    /has not answered INFER for 120 s\n/,
  );
});

test('a later one has twenty times the longest, and not less than a lost request takes', async () => {
  const slow = heardDut(dutThatTakes(2000, 39_000), 'nucleo');
  expect(await endOf(slow.infer(input), 2000)).toBe('answered');
  expect(await endOf(slow.infer(input), 39_000)).toBe('answered');
  const quick = heardDut(dutThatTakes(10), 'nucleo');
  expect(await endOf(quick.infer(input), 10)).toBe('answered');
  expect(await endOf(quick.infer(input), 14_900)).toBe('still waiting');
  expect(await endOf(quick.infer(input), 15_100)).toMatch(/for 15 s; other inferences took 0\.0 s at most/);
});

test('a window of many inferences has so many times the time', async () => {
  const dut = heardDut(dutThatTakes(1000, 150_000), 'nucleo');
  expect(await endOf(dut.infer(input), 1000)).toBe('answered');
  expect(await endOf(dut.infer(input, { repeat: 10 }), 150_000)).toBe('answered');
});

test('of inferences in a row each is waited for as one is', async () => {
  const dut = heardDut(dutThatTakes(10, 10, 10), 'nucleo');
  expect(await endOf(dut.infer(input), 10)).toBe('answered');
  const outputs: Uint8Array[] = [];
  const reading = async () => {
    for await (const output of dut.inferAll([input, input, input])) outputs.push(output);
  };
  expect(await endOf(reading(), 15_100)).toMatch(/has not answered FEED for 15 s/);
  expect(outputs).toHaveLength(2);
});
