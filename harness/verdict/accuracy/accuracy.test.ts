import { expect, test } from 'vitest';
import {
  anInference,
  aRecording,
  aReference,
  aSuite,
  goldenOutput,
  someBudgets,
  someEvidence,
  someInferences,
  someLabels,
  someSamples,
} from '../../fixtures/recordings.ts';
import { judgeCase } from '../judge.ts';

const accuracyBudgets = someBudgets().filter(({ kind }) => kind === 'accuracy');

function scoreCode(vector: number): number {
  return (vector % 2 === 0 ? 200 : 220) - 128;
}

/** A detector whose score is 200/256 for even vectors and 220/256 for odd ones, with labels that agree but for vector 0. */
function detector(threshold: number) {
  const { golden } = aReference();
  return someEvidence({
    suite: aSuite({ task: { kind: 'binary', threshold, classes: ['normal', 'alarm'] }, budgets: accuracyBudgets }),
    recording: aRecording({ samples: golden.map((_, vector) => anInference({ vector, output: [scoreCode(vector)] })) }),
    reference: aReference({
      outputs: [{ name: 'score', type: 'int8', elements: 1, scale: 1 / 256, zeroPoint: -128 }],
      golden: golden.map((_, vector) => Uint8Array.of(scoreCode(vector))),
      float: golden.map((_, vector) => Float32Array.of(vector % 2 === 0 ? 0.79 : 0.85)),
    }),
    truth: { labels: golden.map((_, vector) => (vector === 0 ? 1 : vector % 2)) },
  });
}

test('a binary task compares the dequantized score with the threshold', () => {
  expect(judgeCase(detector(0.82)).metrics.accuracy).toMatchObject({
    top1: (100 * 299) / 300,
    correct: 299,
    judged: 300,
    goldenTop1: (100 * 299) / 300,
    floatTop1: (100 * 299) / 300,
    lossVsFloatPp: 0,
    classes: ['normal', 'alarm'],
    confusion: [
      [149, 0],
      [1, 150],
    ],
  });
});

test('at another threshold every vector is taken for the same class', () => {
  expect(judgeCase(detector(0.9)).metrics.accuracy?.confusion).toEqual([
    [149, 0],
    [151, 0],
  ]);
});

test('the loss is negative where quantization gained', () => {
  const float = aReference().golden.map((_, vector) =>
    Float32Array.from(goldenOutput(vector < 30 ? vector + 2 : vector)),
  );
  const result = judgeCase(someEvidence({ reference: aReference({ float }) }));
  expect(result.metrics.accuracy?.lossVsFloatPp).toBe(-5);
  expect(result.verdicts.find(({ budget }) => budget === 'accuracy.lossVsFloat')).toMatchObject({
    status: 'passed',
    measured: -5,
  });
});

test('a vector that one of two boots got wrong is wrong, and counts once', () => {
  const second = someInferences(1).map(sample =>
    sample.vector === 20 ? anInference({ boot: 1, vector: 20, output: goldenOutput(21) }) : sample,
  );
  const suite = aSuite({ measure: { warmup: 1, boots: 2, timeoutMs: 60_000 } });
  const result = judgeCase(someEvidence({ suite, recording: aRecording({ samples: [...someSamples(), ...second] }) }));
  expect(result.metrics.accuracy).toMatchObject({ correct: 284, judged: 300 });
});

test('a binary task with a model of two scores is not judged, and says why', () => {
  const suite = aSuite({ task: { kind: 'binary', threshold: 0.5 }, budgets: accuracyBudgets });
  const result = judgeCase(someEvidence({ suite }));
  expect(result.status).toBe('skipped');
  expect(result.verdicts.at(-1)?.reason).toBe(
    "a binary task judges one score, and the model's first output has 3 elements",
  );
});

test('a label that names no class is not judged, and is named', () => {
  const result = judgeCase(someEvidence({ truth: { labels: someLabels().with(7, 3) } }));
  expect(result.metrics).not.toHaveProperty('accuracy');
  expect(result.verdicts.find(({ budget }) => budget === 'accuracy.top1')).toMatchObject({
    status: 'skipped',
    reason: 'the label of vector 7 is 3, and there are 3 classes',
  });
});

test('classes without names are numbered', () => {
  const result = judgeCase(someEvidence({ suite: aSuite({ task: { kind: 'classification' } }) }));
  expect(result.metrics.accuracy?.classes).toEqual(['0', '1', '2']);
});
