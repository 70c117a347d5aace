import { expect, test } from 'vitest';
import { aRecording, aSuite, goldenOutput, someEvidence, someSamples } from '../fixtures/recordings.ts';
import type { Sample, TrialSample } from '../recording/recording.ts';
import type { Trial } from '../suite/suite.ts';
import { judgeCase } from './judge.ts';

const aTrial: Trial = {
  budget: 'robustness.uart-flip',
  injection: { kind: 'uart-flip', rate: 1e-3 },
  expect: 'same-output',
  vectors: 3,
  timeoutMs: 60_000,
  optional: false,
};
const aSample: TrialSample = {
  kind: 'trial',
  trial: 0,
  injection: { kind: 'uart-flip', rate: 1e-3 },
  vectors: 3,
  injected: 2,
  bytes: 2000,
  signs: ['2 answers heard damaged'],
  end: { status: 'complete' },
  durationMs: 120,
};

interface Given {
  readonly trial?: Partial<Trial>;
  readonly sample?: Partial<TrialSample>;
  /** By vector. @default those of the golden */
  readonly answers?: readonly (readonly number[])[];
  /** Of the measurement. */
  readonly samples?: readonly Sample[];
  readonly outcome?: { readonly status: 'broken' | 'skipped'; readonly reason: string };
}

/** The case with one fault on demand, and the verdict on that. */
function judged({
  trial = {},
  sample = {},
  answers = [0, 1, 2].map(goldenOutput),
  samples = someSamples(),
  outcome,
}: Given = {}) {
  const taken = answers.map(
    (codes, vector): Sample => ({
      kind: 'trial-inference',
      trial: 0,
      vector,
      output: Buffer.from(Uint8Array.from(codes)).toString('base64'),
    }),
  );
  const result = judgeCase(
    someEvidence({
      suite: aSuite({ robustness: [{ ...aTrial, ...trial }] }),
      recording: aRecording({
        samples: [...samples, ...taken, { ...aSample, ...sample }],
        ...(outcome && { manifest: { outcome } }),
      }),
    }),
  );
  const verdict = result.verdicts.at(-1);
  if (!verdict) throw new TypeError('a case has verdicts');
  return { verdict, result };
}

test('says what was done, what showed it, and what came of it', () => {
  expect(judged().verdict).toEqual({
    budget: 'robustness.uart-flip',
    status: 'passed',
    measured: 2,
    relation: null,
    limit: null,
    unit: 'faults',
    basis: null,
    optional: false,
    reason:
      'a bit flipped in 2 of 2000 bytes on the UART; noticed: 2 answers heard damaged; all 3 vectors were answered; no output differs from the undisturbed boot',
  });
});

test('an output that differs from the undisturbed one fails same-output and detected, and names the element', () => {
  const answers = [goldenOutput(0), [9, 100, -50], goldenOutput(2)];
  const reason = expect.stringContaining('vector 1 gave another output: element 0 is 9, -50 undisturbed');
  expect(judged({ answers }).verdict).toMatchObject({ status: 'failed', measured: 2, reason });
  expect(judged({ answers, trial: { expect: 'detected' } }).verdict).toMatchObject({ status: 'failed', reason });
  expect(judged({ answers, trial: { expect: 'recovered' } }).verdict).toMatchObject({ status: 'passed', reason });
});

test('a vector without an answer is not recovered, whatever the session says of itself', () => {
  const answers = [0, 1].map(goldenOutput);
  const reason = expect.stringMatching(/^must be recovered, and is not: .*not every vector was answered/);
  expect(judged({ answers, trial: { expect: 'recovered' } }).verdict).toMatchObject({ status: 'failed', reason });
});

test('what nothing noticed is not detected', () => {
  const verdict = judged({ trial: { expect: 'detected' }, sample: { signs: [] } }).verdict;
  expect(verdict).toMatchObject({ status: 'failed', reason: expect.stringContaining('nothing noticed it') });
});

test('a session that failed is detected by its signs, and not recovered', () => {
  const end = { status: 'failed', reason: 'no answer to INFER (sent 200 times), at vector 2 of 3' } as const;
  expect(judged({ sample: { end }, trial: { expect: 'detected' } }).verdict.status).toBe('passed');
  expect(judged({ sample: { end } }).verdict).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('no answer to INFER'),
  });
});

test('a fault that never was is inconclusive, and the case with it', () => {
  const { verdict, result } = judged({ sample: { injected: 0 } });
  expect(verdict).toMatchObject({ status: 'inconclusive', measured: null });
  expect(result.status).toBe('inconclusive');
});

test('a failure before any fault is a failure', () => {
  const end = { status: 'failed', reason: 'the firmware restarted' } as const;
  const { verdict } = judged({ sample: { injected: 0, end } });
  expect(verdict).toMatchObject({ status: 'failed', reason: expect.stringContaining('before any fault') });
});

test.each(['broken', 'skipped'] as const)('what the rig could not do is %s', status => {
  const { verdict } = judged({ sample: { end: { status, reason: 'there is no switch' } } });
  expect(verdict).toMatchObject({ status, measured: null, reason: expect.stringContaining('there is no switch') });
});

test('a fault of another kind, rate or number of vectors was not tried, and that is said', () => {
  const reason = 'not tried: the recording has other faults on demand; measure again';
  expect(judged({ trial: { injection: { kind: 'uart-flip', rate: 2e-3 } } }).verdict).toMatchObject({ reason });
  expect(judged({ trial: { vectors: 4 } }).verdict).toMatchObject({ status: 'skipped', reason });
  expect(judged({ trial: { optional: true, expect: 'recovered' } }).verdict.status).toBe('passed');
});

test('the same fault twice is judged by its own trial, and by the first where the suite has changed', () => {
  const timedOut = { status: 'failed', reason: 'it was not over within 1 s' } as const;
  const whole = [0, 1, 2].map(
    (vector): Sample => ({
      kind: 'trial-inference',
      trial: 1,
      vector,
      output: Buffer.from(Uint8Array.from(goldenOutput(vector))).toString('base64'),
    }),
  );
  const samples = [...someSamples(), { ...aSample, end: timedOut }, ...whole, { ...aSample, trial: 1 }];
  const statuses = (robustness: readonly Trial[]) =>
    judgeCase(someEvidence({ suite: aSuite({ robustness }), recording: aRecording({ samples }) }))
      .verdicts.filter(({ budget }) => budget.startsWith('robustness.'))
      .map(({ status }) => status);
  expect(statuses([{ ...aTrial, timeoutMs: 1000 }, aTrial])).toEqual(['failed', 'passed']);
  expect(statuses([{ ...aTrial, injection: { kind: 'model-bit', bit: 1 } }, aTrial, aTrial])).toEqual([
    'skipped',
    'passed',
    'failed',
  ]);
});

test('a session that broke tried nothing', () => {
  const { verdict } = judged({
    outcome: { status: 'broken', reason: 'the cable came off' },
    sample: { trial: 1, vectors: 9 },
  });
  expect(verdict).toMatchObject({ status: 'skipped', reason: 'not tried, since the session broke, see rig.session' });
});

test('nothing passes beside a session that broke, and what is wrong stays wrong', () => {
  const samples = someSamples().filter(sample => sample.kind !== 'inference' || sample.vector !== 1);
  const { verdict, result } = judged({ samples });
  expect(result.status).toBe('broken');
  expect(verdict).toMatchObject({
    status: 'skipped',
    reason: expect.stringMatching(/^not judged, since the session broke, see rig.session; so far a bit flipped/),
  });
  const answers = [[9, 100, -50], goldenOutput(1), goldenOutput(2)];
  expect(judged({ samples, answers }).verdict.status).toBe('failed');
});

test('no figure of the case knows of the outputs in it', () => {
  const { result } = judged({ answers: [[9, 9, 9], goldenOutput(1), goldenOutput(2)] });
  const { verdicts: _, ...rest } = judgeCase(someEvidence());
  expect(result).toMatchObject({ metrics: rest.metrics, warnings: rest.warnings });
});
