import { expect, test } from 'vitest';
import { aCurrentBudget, aWindow, currentEvidence, someCurrent } from '../../fixtures/current.ts';
import { parseXml, textsOf } from '../../fixtures/xml.ts';
import { judgeCase } from '../../verdict/judge.ts';
import { energyChart, type Taken } from './energy.ts';

const inferences = Array.from({ length: 10 }, (_, vector) => aWindow({ vector, meanMa: 10 + vector / 10 }));
const budgets = [aCurrentBudget('energy.measured.inference', 312), aCurrentBudget('energy.measured.aboveSleep', 300)];
const { metrics, verdicts } = judgeCase(currentEvidence(budgets, { current: someCurrent({ inferences }) }));

function textsOfKind(kind: Taken['kind']): string[] {
  const taken = metrics.current?.[kind];
  return taken ? textsOf(parseXml(energyChart({ kind, basis: 'measured', taken }, verdicts))) : [];
}

test('energy has its spread, its mean with what the meter leaves open, and its own budget', () => {
  expect(textsOfKind('energy')).toEqual(
    expect.arrayContaining([
      '10 inferences · measured · from 300 µJ to 327 µJ, mean 313.5 µJ ± 10 %, 310.5 µJ above sleep',
      'p50  312 µJ',
      'p99  327 µJ',
      'budget of the mean ≤ 312 µJ',
      'energy per inference [µJ], measured',
    ]),
  );
});

test('charge has no budget of an energy', () => {
  const texts = textsOfKind('charge');
  expect(texts).toContain('charge per inference [µC], measured');
  expect(texts.join()).not.toContain('budget');
});
