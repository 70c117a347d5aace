import { expect, test } from 'vitest';
import { aCase, aVerdict } from '../fixtures/results.ts';
import { notPassed } from './status.ts';

test('the gravest verdict comes first', () => {
  const verdicts = (['skipped', 'passed', 'inconclusive', 'failed', 'broken'] as const).map(status =>
    aVerdict({ status, basis: null }),
  );
  const told = notPassed(aCase({ verdicts })).map(({ status }) => status);
  expect(told).toEqual(['broken', 'failed', 'inconclusive', 'skipped']);
});

test('a budget that bounds another basis is not told of, one of this basis is', () => {
  const verdicts = (['instructions', 'modelled-cycles'] as const).map(basis => aVerdict({ status: 'skipped', basis }));
  expect(notPassed(aCase({ verdicts })).map(({ basis }) => basis)).toEqual(['modelled-cycles']);
});

test('a target that was not tried says why once', () => {
  const untried = aVerdict({ budget: 'rig.session', status: 'skipped', reason: 'QEMU is not installed' });
  const verdicts = [untried, aVerdict({ status: 'skipped', reason: 'not measured: QEMU is not installed' })];
  expect(notPassed(aCase({ status: 'skipped', verdicts }))).toEqual([untried]);
});
