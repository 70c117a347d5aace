import { expect, test } from 'vitest';
import type { RigStep } from '../verdict/result.ts';
import { rigClauses } from './rig.ts';

function step(name: RigStep['step'], rest: Partial<RigStep> = {}): RigStep {
  return { boot: 0, step: name, worked: true, ms: 8100, detail: 'openocd', ...rest };
}

test('a board that only had its port opened has nothing to tell', () => {
  expect(rigClauses({ rig: [step('found', { detail: '/dev/ttyACM0' })] })).toEqual([]);
  expect(rigClauses({})).toEqual([]);
});

test('what was done is told in its order, with what helped and what did not', () => {
  const rig = [
    step('found', { detail: '/dev/ttyACM0' }),
    step('verify', { worked: false }),
    step('flash'),
    step('found', { worked: false, detail: 'its bytes are no text' }),
    step('probe', { worked: false, detail: 'no answer to HELLO' }),
    step('power', { detail: 'uhubctl; the port went away with it' }),
    step('found', { detail: 'its port was opened again' }),
  ];
  expect(rigClauses({ rig })).toEqual([
    'flashed by openocd in 8.1 s',
    'opened its port again in vain: its bytes are no text',
    'no help: a reset by the probe (no answer to HELLO)',
    'answered after a cut of its power (uhubctl; the port went away with it)',
    'found again',
  ]);
});

test('a meter is told, and that it was lost', () => {
  const rig = [
    step('meter', { detail: 'PPK2 at /dev/ttyACM1' }),
    step('meter', { worked: false, detail: 'it was unplugged' }),
  ];
  expect(rigClauses({ rig })).toEqual([
    'its current measured by PPK2 at /dev/ttyACM1',
    'lost its meter: it was unplugged',
  ]);
});

test('resets that the suite asks for are no news, unless they fail', () => {
  expect(rigClauses({ rig: [step('soft', { boot: 1 })] })).toEqual([]);
  expect(rigClauses({ rig: [step('soft', { boot: 1, worked: false, detail: 'silence' })] })).toHaveLength(1);
});

test('an attempt that broke is never hidden', () => {
  const attempts = [
    { startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:00:09Z', reason: 'the port vanished' },
  ];
  expect(rigClauses({ attempts })).toEqual(['measured in a second attempt']);
});
