import { expect, test } from 'vitest';
import { nothingSeen, type Session } from './session.ts';
import { judgeTickCounter, type Rates } from './tick-counter.ts';

const inference = (ticks: number, vector = 0) => ({ boot: 0, vector, ticks, output: new Uint8Array() });
const scaling = (ticks: number, doubledTicks: number, runs = 4) =>
  ({ kind: 'scaling', boot: 0, runs, ticks, doubledTicks }) as const;

function judge(seen: Partial<Pick<Session, 'inferences' | 'scaling'>>, rates?: Rates) {
  const session = {
    ...nothingSeen,
    inferences: [inference(1000)],
    ...seen,
  };
  return judgeTickCounter({ end: { status: 'complete' }, vectors: 1, boots: 1, ...session }, 'modelled-cycles', rates);
}

test.each([
  [8_000, 'passed'],
  [8_080, 'passed'],
  [7_920, 'passed'],
  [8_081, 'broken'],
  [7_919, 'broken'],
  [4_000, 'broken'],
  [4_010, 'broken'],
  [0, 'broken'],
])('4000 ticks for 4 inferences and %i for 8 is %s', (doubledTicks, status) => {
  expect(judge({ scaling: [scaling(4_000, doubledTicks)] })?.status).toBe(status);
});

test.each([
  { executed: 41_000, doubledExecuted: 81_000, status: 'passed' }, // 1000 are what it takes to ask
  { executed: 41_000, doubledExecuted: 80_300, status: 'passed' },
  { executed: 41_000, doubledExecuted: 82_000, status: 'broken' },
  { executed: 21_000, doubledExecuted: 41_000, status: 'broken' },
])('4 inferences of 4000 ticks, 10 instructions each, are $status beside $executed and $doubledExecuted', window => {
  const { status, ...executed } = window;
  const verdict = judge({ scaling: [{ ...scaling(4_000, 8_000), ...executed }] }, { tickHz: 1e6, clockHz: 1e7 });
  expect(verdict?.status).toBe(status);
});

test('a timer that counts at another rate than the firmware names is told with both numbers', () => {
  const counted = { ...scaling(4_000, 8_000), executed: 21_000, doubledExecuted: 41_000 };
  expect(judge({ scaling: [counted] }, { tickHz: 1e6, clockHz: 1e7 })?.reason).toMatch(
    /^4 inferences took 40000 instructions by their ticks, and the emulator executed 20000: .*1000000 Hz that the firmware names; /,
  );
});

test('says both numbers and how far they are off', () => {
  expect(judge({ scaling: [scaling(4_000, 8_010)] })).toEqual({
    budget: 'rig.tickCounter',
    status: 'passed',
    measured: 0.125,
    relation: '<=',
    limit: 1,
    unit: '%',
    basis: 'modelled-cycles',
    optional: false,
    reason: '4 inferences took 4000 ticks and 8 inferences took 8010: 0.125 % off twice as many, allowed 1 %',
  });
});

test('the worst of all boots counts', () => {
  expect(judge({ scaling: [scaling(4_000, 8_000), scaling(4_000, 9_000), scaling(4_000, 8_001)] })).toMatchObject({
    status: 'broken',
    measured: 12.5,
  });
});

test('an inference of 0 ticks is broken, and named', () => {
  const verdict = judge({ inferences: [inference(5), inference(0, 1), inference(0, 2)], scaling: [scaling(400, 800)] });
  expect(verdict).toMatchObject({ status: 'broken', measured: null });
  expect(verdict?.reason).toBe('the tick counter stands still: vector 1 took 0 ticks, as did 2 of 3 inferences');
});

test('a window that takes 0 ticks is broken, whatever the other one takes', () => {
  expect(judge({ scaling: [scaling(0, 0, 1)] })?.reason).toBe(
    'the tick counter stands still: 1 inference took 0 ticks and 2 inferences took 0',
  );
  expect(judge({ scaling: [scaling(0, 10)] })?.status).toBe('broken');
});

test.each([
  [40, 82, 'inconclusive'],
  [40, 78, 'inconclusive'],
  [40, 83, 'broken'],
  [1, 1, 'broken'],
  [1, 2, 'passed'],
])('a coarse counter with %i and %i ticks is %s', (ticks, doubledTicks, status) => {
  expect(judge({ scaling: [scaling(ticks, doubledTicks)] })?.status).toBe(status);
});

test('windows that bytes arrived in say nothing against the counter', () => {
  const noisy = { ...scaling(5000, 10_120), isDisturbed: true } as const;
  expect(judge({ scaling: [noisy] })).toMatchObject({ status: 'inconclusive', measured: 1.2 });
  expect(judge({ scaling: [noisy] })?.reason).toContain('bytes from the host arrived in the windows');
  expect(judge({ scaling: [{ ...noisy, doubledTicks: 10_000 }] })?.status).toBe('passed');
});

test('the same ticks in every inference are fine: an emulator counts the same work the same', () => {
  const inferences = [1, 2, 3].map(vector => inference(1000, vector));
  expect(judge({ inferences, scaling: [scaling(1000, 2000, 1)] })?.status).toBe('passed');
});

test('without a scaling window it is skipped, and without ticks there is nothing to judge', () => {
  expect(judge({})?.status).toBe('skipped');
  expect(judge({ inferences: [] })).toBeUndefined();
});
