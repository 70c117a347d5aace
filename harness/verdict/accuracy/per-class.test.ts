import { expect, test } from 'vitest';
import { randomsFrom } from '../../fixtures/random.ts';
import { accuracyOf, type Outcome } from './outcomes.ts';

const classes = ['cat', 'dog', 'fox', 'owl'];

function randomOutcomes(next: (below: number) => number): readonly Outcome[] {
  const common = 1 + next(classes.length); // often, some class never occurs
  return Array.from({ length: 1 + next(30) }, (_, vector) => ({
    name: `vector ${vector}`,
    label: next(common),
    predicted: next(classes.length),
  }));
}

/** The definitions, each counted from the outcomes anew. */
function byDefinition(outcomes: readonly Outcome[], index: number) {
  const count = (isCounted: (outcome: Outcome) => boolean) => outcomes.filter(isCounted).length;
  const truePositives = count(({ label, predicted }) => label === index && predicted === index);
  const falsePositives = count(({ label, predicted }) => label !== index && predicted === index);
  const falseNegatives = count(({ label, predicted }) => label === index && predicted !== index);
  return {
    name: classes[index],
    support: truePositives + falseNegatives,
    predicted: truePositives + falsePositives,
    precision: share(truePositives, truePositives + falsePositives),
    recall: share(truePositives, truePositives + falseNegatives),
    f1: share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : (100 * part) / whole;
}

test('precision, recall and F1 of each class are what their definitions count', () => {
  const next = randomsFrom(21);
  for (let round = 0; round < 1_000; round++) {
    const measured = randomOutcomes(next);
    const { perClass, confusion, correct, judged } = accuracyOf({ of: 'vectors', classes, outcomes: { measured } });
    expect(perClass).toEqual(classes.map((_, index) => byDefinition(measured, index)));
    expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(judged);
    expect(classes.reduce((sum, _, index) => sum + (confusion[index]?.[index] ?? 0), 0)).toBe(correct);
  }
});

test('F1 is the harmonic mean of precision and recall', () => {
  const next = randomsFrom(22);
  for (let round = 0; round < 1_000; round++) {
    const { perClass } = accuracyOf({ of: 'vectors', classes, outcomes: { measured: randomOutcomes(next) } });
    for (const { precision, recall, f1 } of perClass) {
      if (!precision || !recall) continue;
      expect(f1).toBeCloseTo(2 / (1 / precision + 1 / recall), 9);
    }
  }
});
