import { expect, test } from 'vitest';
import { aCurrentBudget, aCurrentSuite, aMeteredBoard, currentEvidence } from '../../fixtures/current.ts';
import { aBoard, anInference, aRecording, someEvidence } from '../../fixtures/recordings.ts';
import type { Board } from '../../suite/board.ts';
import type { MeasureCurrent } from '../../suite/suite.ts';
import { judgeCase } from '../judge.ts';
import type { CaseResult } from '../result.ts';
import { missingBudgets } from '../status.ts';

const run = { currentMa: 10, of: 'datasheet rev 1, table 5' };
const sleep = { currentMa: 0.1, of: 'datasheet rev 1, table 6' };
const dormant = { currentMa: 0.001, of: 'datasheet rev 1, table 7' };

/** 300 inferences of 10,000 ticks at 1 MHz: 10 ms each. */
function judged(
  path: string,
  limit: number,
  { board = {}, measure = {} }: { board?: Partial<Board>; measure?: Partial<MeasureCurrent> } = {},
): CaseResult {
  const basis = board.basis ?? 'modelled-cycles';
  const suite = aCurrentSuite([aCurrentBudget(path, limit)], measure);
  const samples = Array.from({ length: 300 }, (_, vector) => anInference({ vector, ticks: 10_000 }));
  return judgeCase(
    someEvidence({
      suite,
      board: aBoard({ currents: { run, sleep, dormant }, supplyMv: 3000, ...board }),
      recording: aRecording({ manifest: { basis }, samples }),
    }),
  );
}

test('currents of a datasheet times modelled times give exact figures, and say whose they are', () => {
  const { metrics } = judged('current.modelled.inference.mean', 10);
  expect(metrics.current).toBeUndefined();
  expect(metrics.modelled).toMatchObject({
    basis: 'modelled',
    inferenceUs: 10_000,
    inference: { mean: 10 },
    sleep: { mean: 0.1 },
    charge: { inference: { min: 100, max: 100, mean: 100 }, aboveSleep: { mean: 99 } },
    energy: { inference: { mean: 300 }, aboveSleep: { mean: 297 } },
    supplyMv: 3000,
    currents: [
      { state: 'run', ...run, isUsed: true },
      { state: 'sleep', ...sleep, isUsed: true },
      { state: 'dormant', ...dormant, isUsed: false },
    ],
  });
  expect(metrics.modelled?.dutyCycle?.mean).toBeCloseTo(0.199, 12);
  expect(metrics.battery?.every(({ basis, from }) => basis === 'modelled' && from === 'computed')).toBe(true);
});

test.each([
  ['current.modelled.inference.mean', 10, 9.999],
  ['current.modelled.dutyCycle.mean', 0.199, 0.1989],
  ['current.modelled.sleep.mean', 0.1, 0.0999],
  ['charge.modelled.inference', 100, 99.99],
  ['charge.modelled.aboveSleep', 99, 98.99],
  ['energy.modelled.inference', 300, 299.9],
  ['energy.modelled.aboveSleep', 297, 296.9],
])('%s of %d passes, and of %d fails', (path, met, missed) => {
  expect(judged(path, met).verdicts.at(-1)).toMatchObject({ status: 'passed', basis: 'modelled' });
  expect(judged(path, missed).verdicts.at(-1)?.status).toBe('failed');
});

test('the reason says from which currents and times a figure comes', () => {
  expect(judged('current.modelled.dutyCycle.mean', 1).verdicts.at(-1)?.reason).toBe(
    'mean 199 µA (dutyCycle, modelled), budget <= 1 mA (80 % below); run 10 mA for 10 ms, sleep 100 µA for the rest of 1 s',
  );
});

test('battery life is modelled as well, and fails where the cell cannot give the current in `run`', () => {
  const lasting = judged('battery.modelled.CR2032', 40).verdicts.at(-1);
  expect(lasting).toMatchObject({ status: 'passed', basis: 'modelled' });
  expect(lasting?.measured).toBeCloseTo(225 / 0.199 / 24, 0);
  expect(lasting?.reason).toContain('computed from 199 µA: one modelled inference every 1 s and sleep for the rest');
  expect(lasting?.reason).not.toContain('by the meter');
  const currents = { run: { ...run, currentMa: 16 }, sleep };
  expect(judged('battery.modelled.CR2032', 1, { board: { currents } }).verdicts.at(-1)).toMatchObject({
    status: 'failed',
    measured: null,
  });
});

test.each<[string, Partial<Board>, string]>([
  ['current.modelled.inference.mean', { currents: {} }, 'names no current of the state "run": write `currents: { run:'],
  ['current.modelled.sleep.mean', { currents: { run } }, 'names no current of the state "sleep"'],
  ['charge.modelled.aboveSleep', { currents: { run } }, 'names no current of the state "sleep"'],
  ['battery.modelled.CR2032', { currents: { run } }, 'the board names no current of the state "sleep"'],
])('%s without its current is skipped, and says what to write', (path, board, reason) => {
  const result = judged(path, 1, { board });
  expect(result.verdicts.at(-1)).toMatchObject({ status: 'skipped', measured: null });
  expect(result.verdicts.at(-1)?.reason).toContain(reason);
  expect(missingBudgets(result)).toHaveLength(1);
});

test('sleep alone is judged by its current alone', () => {
  const board = { currents: { sleep } };
  expect(judged('current.modelled.sleep.mean', 0.1, { board }).verdicts.at(-1)).toMatchObject({
    status: 'passed',
    reason: 'mean 100 µA (sleep, modelled), budget <= 100 µA (exactly at it); sleep 100 µA',
  });
  for (const path of ['current.modelled.dutyCycle.mean', 'energy.modelled.inference', 'battery.modelled.CR2032'])
    expect(judged(path, 1, { board }).verdicts.at(-1)?.reason).toMatch(/names no current of the state "run"/);
});

test('energy needs the supply of the board file', () => {
  const board = aBoard({ currents: { run, sleep } });
  const suite = aCurrentSuite([aCurrentBudget('energy.modelled.inference', 400)]);
  const result = judgeCase(someEvidence({ suite, board }));
  expect(result.verdicts.at(-1)?.reason).toBe(
    'not modelled: some-board names no supply: write `supply: 3.3 V` in its board file',
  );
  expect(result.metrics.modelled?.energy).toBeUndefined();
});

test('a period shorter than an inference has no duty cycle', () => {
  const verdict = judged('current.modelled.dutyCycle.mean', 20, { measure: { periodMs: 9 } }).verdicts.at(-1);
  expect(verdict).toMatchObject({ status: 'skipped' });
  expect(verdict?.reason).toContain('an inference takes 10 ms, which no period of measure.current.period holds');
});

test('instructions model no time, and their budgets lack nothing', () => {
  const result = judged('current.modelled.dutyCycle.mean', 1, { board: { basis: 'instructions' } });
  expect(result.verdicts.at(-1)?.reason).toBe(
    'not modelled: this target counts instructions, whatever each would take: no time is modelled',
  );
  expect(result.metrics.modelled).toBeUndefined();
  expect(missingBudgets(result)).toEqual([]);
});

test('a board with a meter is never judged by a modelled figure, nor an emulator by a measured one', () => {
  const board = aMeteredBoard({ currents: { run, sleep } });
  const measured = judgeCase(currentEvidence([aCurrentBudget('current.modelled.dutyCycle.mean', 1)], { board }));
  expect(measured.verdicts.at(-1)).toMatchObject({ status: 'skipped', basis: 'modelled' });
  expect(measured.verdicts.at(-1)?.reason).toContain(
    'this target counts silicon: its current is measured, not modelled',
  );
  expect(measured.metrics.modelled).toBeUndefined();
  expect(missingBudgets(measured)).toEqual([]);
  expect(judged('battery.measured.CR2032', 1).verdicts.at(-1)).toMatchObject({ status: 'skipped', basis: 'measured' });
  expect(judged('energy.measured.inference', 1e6).verdicts.at(-1)?.status).toBe('skipped');
});

test('nothing is modelled for a suite that does not ask', () => {
  const board = aBoard({ currents: { run, sleep } });
  const { metrics } = judgeCase(someEvidence({ board }));
  expect(metrics.modelled).toBeUndefined();
  expect(metrics.battery).toBeUndefined();
});

test('a counter that stands still models no time', () => {
  const samples = Array.from({ length: 300 }, (_, vector) => anInference({ vector, ticks: 0 }));
  const suite = aCurrentSuite([aCurrentBudget('charge.modelled.inference', 1)]);
  const board = aBoard({ currents: { run, sleep } });
  const result = judgeCase(someEvidence({ suite, board, recording: aRecording({ samples }) }));
  expect(result.verdicts.at(-1)?.reason).toContain('no ticks were measured');
});
