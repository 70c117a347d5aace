import { expect, test } from 'vitest';
import {
  aBoard,
  anInference,
  aRecording,
  aReference,
  aSuite,
  goldenOutput,
  replaceInference,
  someBudgets,
  someEvidence,
  someInferences,
  someLabels,
  someSamples,
  vectorCount,
} from '../fixtures/recordings.ts';
import type { Sample } from '../recording/recording.ts';
import type { Budget } from '../suite/suite.ts';
import { type Evidence, judgeCase } from './judge.ts';
import type { CaseResult } from './result.ts';

const ownChecks = ['rig.session', 'rig.tickCounter'];
const paths = someBudgets().map(({ budget }) => budget);

/** Each verdict that is not passed, by its budget. */
function deviations({ verdicts }: CaseResult): Record<string, string> {
  return Object.fromEntries(verdicts.filter(({ status }) => status !== 'passed').map(v => [v.budget, v.status]));
}

function reasonOf(result: CaseResult, budget: string): string | undefined {
  return result.verdicts.find(verdict => verdict.budget === budget)?.reason;
}

function withBudgets(change: (budget: Budget) => Budget): Partial<Evidence> {
  return { suite: aSuite({ budgets: someBudgets().map(change) }) };
}

function withSamples(samples: readonly Sample[]): Partial<Evidence> {
  return { recording: aRecording({ samples }) };
}

/** A limit that the figure misses by the least: an integer's next neighbour, or one vector. */
function tightened(budget: Budget): Budget {
  const limits: Record<string, number> = {
    'golden.maxDiffLsb': -1,
    'accuracy.top1': 95 + 1 / 3,
    'accuracy.lossVsFloat': 0.3,
    'memory.arena': 8_999,
    'memory.flash': 59_999,
    'memory.ram': 29_999,
    'memory.stack': 799,
    'memory.weightsVsFloat': 24.9,
  };
  return { ...budget, limit: limits[budget.budget] ?? budget.limit - 1 };
}

test('a case that keeps every budget passes, with a verdict for each and for the rig', () => {
  const result = judgeCase(someEvidence());
  expect(deviations(result)).toEqual({});
  expect(result.verdicts.map(({ budget }) => budget)).toEqual([...ownChecks, ...paths]);
  expect(result.status).toBe('passed');
  expect(result.warnings).toEqual([]);
});

test('the metrics are exactly those of the recording', () => {
  const { metrics, provenance, durationMs } = judgeCase(someEvidence());
  const { ticks, ...latency } = metrics.latency ?? { ticks: [] };
  expect(latency).toEqual({
    basis: 'modelled-cycles',
    tickHz: 1e6,
    unit: 'cycles',
    count: 300,
    min: 125_000,
    p50: 1149 * 125,
    p90: 1269 * 125,
    p99: 1296 * 125,
    max: 1299 * 125,
    mean: 1149.5 * 125,
  });
  expect(ticks).toHaveLength(300);
  expect(metrics).toMatchObject({
    vectors: 300,
    golden: { maxDiffLsb: 0, differingVectors: 0, differences: [] },
    accuracy: {
      top1: 95,
      correct: 285,
      judged: 300,
      goldenTop1: 95,
      floatTop1: (100 * 286) / 300,
      lossVsFloatPp: 100 / 300,
      classes: ['cat', 'dog', 'fox'],
      confusion: [
        [95, 0, 5],
        [5, 95, 0],
        [0, 5, 95],
      ],
    },
    operators: [
      { index: 0, name: 'CONV_2D', ticks: 700, macs: 30_000 },
      { index: 1, name: 'RESHAPE', ticks: 50 },
      { index: 2, name: 'FULLY_CONNECTED', ticks: 250, macs: 1_200 },
    ],
    memory: {
      arenaBytes: 9_000,
      stackBytes: 800,
      flashBytes: 60_000,
      ramBytes: 30_000,
      weightBytes: 2_500,
      floatWeightBytes: 10_000,
    },
    emulation: { instructions: 1_000_000, busyMs: 1200 },
  });
  expect(provenance).toMatchObject({ board: 'some-board', basis: 'modelled-cycles', runtime: 'some-runtime 1.0' });
  expect(durationMs).toBe(1500);
});

const oneWrongLabel = { truth: { labels: someLabels().with(15, 1) } };
const oneWrongVector = withSamples(
  replaceInference(someSamples(), anInference({ vector: 17, output: goldenOutput(17).with(2, 98) })),
);
const oneSlowInference = withSamples(replaceInference(someSamples(), anInference({ vector: 299, ticks: 1300 })));

test.each<[what: string, change: Partial<Evidence>, moved: Record<string, string>]>([
  ['one wrong label', oneWrongLabel, { 'accuracy.top1': 'failed' }],
  ['one wrong vector', oneWrongVector, { 'golden.maxDiffLsb': 'failed' }],
  ['one slow inference', oneSlowInference, { 'latency.modelled-cycles.max': 'failed' }],
  ...paths.map((path): [string, Partial<Evidence>, Record<string, string>] => [
    `a tighter ${path}`,
    withBudgets(budget => (budget.budget === path ? tightened(budget) : budget)),
    { [path]: 'failed' },
  ]),
])('%s moves exactly its verdict', (_what, change, moved) => {
  const result = judgeCase(someEvidence(change));
  expect(deviations(result)).toEqual(moved);
  expect(result.status).toBe('failed');
});

test('the verdict of one wrong vector names it, its element and both values', () => {
  expect(reasonOf(judgeCase(someEvidence(oneWrongVector)), 'golden.maxDiffLsb')).toBe(
    'the outputs differ from the golden in vector 17, element 2, by 2 LSB (expected 100, got 98); 1 of 300 vectors differ; ' +
      'largest difference 2 LSB, budget <= 0 LSB (2 LSB above)',
  );
});

test('the verdict of one wrong label names the first vector that is wrong, and the worst class', () => {
  expect(reasonOf(judgeCase(someEvidence(oneWrongLabel)), 'accuracy.top1')).toBe(
    'top-1 94.7 % (284 of 300), budget >= 95 % (0.33 pp below); the first one wrong is vector 0: dog, taken for cat; ' +
      'the class least often right is dog (95 of 101)',
  );
});

test('a budget under `on` replaces that of the same path on its target only', () => {
  const weights = someBudgets()
    .filter(({ budget }) => budget === 'memory.weightsVsFloat')
    .map(budget => ({ ...budget, limit: 20 }));
  const on = { 'some-board': { budgets: weights } };
  expect(deviations(judgeCase(someEvidence({ suite: aSuite({ on }) })))).toEqual({ 'memory.weightsVsFloat': 'failed' });
  const elsewhere = { suite: aSuite({ on }), board: aBoard({ name: 'other-board' }) };
  expect(deviations(judgeCase(someEvidence(elsewhere)))).toEqual({});
});

test('a budget of another basis is skipped, and the case passes without it', () => {
  const silicon: Budget = {
    kind: 'latency',
    metric: 'p50',
    basis: 'silicon',
    budget: 'latency.silicon.p50',
    relation: '<=',
    limit: 12_000,
    unit: 'µs',
    optional: false,
  };
  const result = judgeCase(someEvidence({ suite: aSuite({ budgets: [...someBudgets(), silicon] }) }));
  expect(deviations(result)).toEqual({ 'latency.silicon.p50': 'skipped' });
  expect(result.status).toBe('passed');
  expect(result.verdicts.at(-1)).toEqual({
    budget: 'latency.silicon.p50',
    status: 'skipped',
    measured: null,
    relation: '<=',
    limit: 12_000,
    unit: 'µs',
    basis: 'silicon',
    optional: false,
    reason: 'bounds silicon, and this target counts modelled-cycles: never judged by one another',
  });
});

test('a session that broke passes nothing that could still change, and keeps what is settled', () => {
  const recording = aRecording({
    manifest: { outcome: { status: 'broken', reason: 'the emulator was lost at inference 40' } },
    samples: someSamples().filter(sample => sample.kind !== 'inference' || sample.vector < 40),
  });
  const result = judgeCase(someEvidence({ recording }));
  expect(result.status).toBe('broken');
  expect(deviations(result)).toEqual({
    'rig.session': 'broken',
    'golden.maxDiffLsb': 'skipped',
    'accuracy.top1': 'skipped',
    'latency.modelled-cycles.p50': 'skipped',
    'latency.modelled-cycles.p90': 'skipped',
    'latency.modelled-cycles.p99': 'skipped',
    'latency.modelled-cycles.max': 'skipped',
    'memory.stack': 'skipped',
  });
  expect(reasonOf(result, 'rig.session')).toBe(
    'the emulator was lost at inference 40; 40 of 300 inferences measured (300 vectors, 1 boot)',
  );
  expect(reasonOf(result, 'latency.modelled-cycles.p50')).toBe(
    'not judged, since the session broke, see rig.session; so far p50 127.4 kcycles, budget <= 143.6 kcycles (11 % below)',
  );
});

test('a session that broke still fails what has gone wrong for good', () => {
  const samples = replaceInference(someSamples(), anInference({ vector: 3, output: [1, 2, 3], ticks: 9_000 }));
  const recording = aRecording({
    manifest: { outcome: { status: 'broken', reason: 'the port was lost' } },
    samples: samples.filter(sample => sample.kind !== 'inference' || sample.vector < 40),
  });
  expect(deviations(judgeCase(someEvidence({ recording })))).toMatchObject({
    'rig.session': 'broken',
    'golden.maxDiffLsb': 'failed',
    'latency.modelled-cycles.max': 'failed',
    'latency.modelled-cycles.p50': 'skipped',
  });
});

test('firmware that crashed is failed, not broken', () => {
  const recording = aRecording({
    manifest: { outcome: { status: 'failed', reason: 'the firmware crashed: HardFault at 0x10001234' } },
    samples: [],
  });
  const result = judgeCase(someEvidence({ recording }));
  expect(result.status).toBe('failed');
  expect(result.verdicts[0]).toMatchObject({ budget: 'firmware.session', status: 'failed', measured: 0, limit: 300 });
  expect(reasonOf(result, 'golden.maxDiffLsb')).toContain('the firmware failed, see firmware.session');
});

test('a target that was not tried has every budget skipped for its reason, those of the host as well', () => {
  const reason = 'qemu-system-arm is not installed: apt-get install qemu-system-arm';
  const recording = aRecording({ manifest: { outcome: { status: 'skipped', reason } }, samples: [] });
  const result = judgeCase(someEvidence({ recording, recordingFolder: null }));
  expect(result.status).toBe('skipped');
  expect(new Set(result.verdicts.map(({ status }) => status))).toEqual(new Set(['skipped']));
  expect(reasonOf(result, 'rig.session')).toBe(reason);
  expect(reasonOf(result, 'memory.weightsVsFloat')).toBe(`not measured: ${reason}`);
});

test.each([
  ['model bytes', { model: { sha256: 'e'.repeat(64), bytes: 20_000 } }],
  ['vectors', { vectors: { count: vectorCount, sha256: 'e'.repeat(64) } }],
])('a recording of other %s is broken, and none of its samples is judged', (what, manifest) => {
  const samples = replaceInference(someSamples(), anInference({ vector: 3, output: [1, 2, 3] }));
  const result = judgeCase(someEvidence({ recording: aRecording({ manifest, samples }) }));
  expect(result.status).toBe('broken');
  expect(result.verdicts.filter(({ status }) => status === 'failed')).toEqual([]);
  expect(result.metrics).not.toHaveProperty('latency');
  expect(reasonOf(result, 'rig.session')).toContain(
    `the recording is of other ${what}: SHA-256 eeeeeeeeeeee… was measured`,
  );
});

test('the sizes of another model are not held against this suite', () => {
  const model = { sha256: 'e'.repeat(64), bytes: 1_000_000 };
  const result = judgeCase(someEvidence({ recording: aRecording({ manifest: { model } }) }));
  expect(deviations(result)).toMatchObject({ 'rig.session': 'broken', 'memory.flash': 'skipped' });
  expect(result.metrics.memory).not.toHaveProperty('flashBytes');
});

test("firmware that failed with another model is not this suite's fault", () => {
  const outcome = { status: 'failed', reason: 'it refused PREPARE: no kernel for TANH int16' } as const;
  const model = { sha256: 'e'.repeat(64), bytes: 20_000 };
  const recording = aRecording({ manifest: { outcome, model }, samples: [] });
  const result = judgeCase(someEvidence({ recording }));
  expect(result.verdicts[0]).toMatchObject({ budget: 'rig.session', status: 'broken' });
  expect(result.verdicts.filter(({ status }) => status === 'failed')).toEqual([]);
});

test('a recording that claims to be complete and lacks a vector is broken, and names it', () => {
  const samples = someSamples().filter(sample => sample.kind !== 'inference' || sample.vector !== 123);
  const result = judgeCase(someEvidence(withSamples(samples)));
  expect(deviations(result)).toMatchObject({ 'rig.session': 'broken', 'accuracy.top1': 'skipped' });
  expect(reasonOf(result, 'rig.session')).toContain('vector 123 was not measured in boot 0; 299 of 300');
});

test('a recording with fewer boots than the suite asks for is broken', () => {
  const suite = aSuite({ measure: { warmup: 1, boots: 2, timeoutMs: 60_000, link: 'memory' } });
  expect(reasonOf(judgeCase(someEvidence({ suite })), 'rig.session')).toContain('vector 0 was not measured in boot 1');
});

test.each([
  [{ vector: 300 }, 'the recording has an inference of vector 300, and there are 300'],
  [{ vector: 5, output: [1, 2] }, "the output of vector 5 in boot 0 has 2 bytes, the model's has 3"],
])('a sample that cannot be is broken: %j', (misfit, reason) => {
  const result = judgeCase(someEvidence(withSamples([...someSamples(), anInference(misfit)])));
  expect(deviations(result)).toMatchObject({ 'rig.session': 'broken' });
  expect(reasonOf(result, 'rig.session')).toContain(reason);
});

test('the first reason wins: a session that broke keeps it, whatever else is missing', () => {
  const recording = aRecording({
    manifest: { outcome: { status: 'broken', reason: 'the port was lost' } },
    samples: [],
  });
  expect(reasonOf(judgeCase(someEvidence({ recording })), 'rig.session')).toMatch(/^the port was lost; 0 of 300/);
});

test('a broken tick counter takes its latencies with it, and nothing else', () => {
  const samples = someSamples().map(sample => (sample.kind === 'inference' ? { ...sample, ticks: 0 } : sample));
  const result = judgeCase(someEvidence(withSamples(samples)));
  expect(deviations(result)).toEqual({
    'rig.tickCounter': 'broken',
    'latency.modelled-cycles.p50': 'skipped',
    'latency.modelled-cycles.p90': 'skipped',
    'latency.modelled-cycles.p99': 'skipped',
    'latency.modelled-cycles.max': 'skipped',
  });
  expect(result.metrics).not.toHaveProperty('latency');
  expect(result.metrics).not.toHaveProperty('operators');
  expect(reasonOf(result, 'latency.modelled-cycles.p50')).toBe(
    'no ticks were measured: the tick counter is broken, see rig.tickCounter',
  );
});

test('without labels and float twin their budgets are skipped with what to add', () => {
  const evidence = someEvidence({ truth: {} });
  const result = judgeCase(evidence);
  expect(deviations(result)).toEqual({ 'accuracy.top1': 'skipped', 'accuracy.lossVsFloat': 'skipped' });
  expect(reasonOf(result, 'accuracy.top1')).toBe('the suite has no labels: add vectors.labels');

  const { float: _float, floatWeightBytes: _bytes, ...reference } = aReference();
  const withoutTwin = judgeCase(someEvidence({ reference }));
  expect(deviations(withoutTwin)).toEqual({ 'accuracy.lossVsFloat': 'skipped', 'memory.weightsVsFloat': 'skipped' });
  expect(reasonOf(withoutTwin, 'memory.weightsVsFloat')).toBe('the suite names no float twin: add model.float');
});

test('the loss against the float twin says so when the device does not compute the golden', () => {
  expect(reasonOf(judgeCase(someEvidence()), 'accuracy.lossVsFloat')).toBe(
    'loss 0.3 pp (float 95.33 %, int8 golden 95 %), budget <= 1 pp (0.67 pp below)',
  );
  expect(reasonOf(judgeCase(someEvidence(oneWrongVector)), 'accuracy.lossVsFloat')).toContain(
    "the device's own loss may differ: its outputs are not the golden in 1 of 300 vectors",
  );
});

test('an output that changes from boot to boot is named, in the verdict and as a warning', () => {
  const suite = aSuite({ measure: { warmup: 1, boots: 2, timeoutMs: 60_000, link: 'memory' } });
  const second = replaceInference(
    someInferences(1),
    anInference({ boot: 1, vector: 8, output: goldenOutput(8).with(0, -49) }),
  );
  const result = judgeCase(someEvidence({ suite, ...withSamples([...someSamples(), ...second]) }));
  const note = 'the output of vector 8 changes between inferences of the same input (1 of 300 vectors)';
  expect(deviations(result)).toEqual({ 'golden.maxDiffLsb': 'failed' });
  expect(reasonOf(result, 'golden.maxDiffLsb')).toContain(note);
  expect(result.warnings).toEqual([note]);
  expect(result.metrics.golden?.unstableVectors).toBe(1);
});

test('the same evidence gives the same result', () => {
  expect(judgeCase(someEvidence())).toEqual(judgeCase(someEvidence()));
});

test('outputs that were taken while more inputs came are judged, and nothing is said of ticks', () => {
  const samples = someSamples().flatMap((sample): Sample[] => {
    if (sample.kind === 'scaling' || sample.kind === 'operators') return [];
    if (sample.kind !== 'inference') return [sample];
    const { ticks: _none, ...outputAlone } = sample;
    return [outputAlone];
  });
  const budgets = someBudgets().filter(({ kind }) => kind !== 'latency');
  const result = judgeCase(someEvidence({ ...withSamples(samples), suite: aSuite({ budgets }) }));
  expect(deviations(result)).toEqual({});
  expect(result.verdicts.map(({ budget }) => budget)).not.toContain('rig.tickCounter');
  expect(result.metrics).not.toHaveProperty('latency');
  expect(result.metrics).not.toHaveProperty('operators');
  expect(JSON.stringify(result.metrics)).not.toContain('ticks');
});

test('a mark of a window that was answered otherwise than its vector fails the golden, and nothing that counts inferences', () => {
  const output = Buffer.from(Uint8Array.from(goldenOutput(5).with(2, 98))).toString('base64');
  const mark = {
    kind: 'mark',
    purpose: 'window',
    boot: 0,
    vector: 5,
    runs: 40,
    sentMs: 1,
    heardMs: 2,
    output,
  } as const;
  const result = judgeCase(someEvidence(withSamples([...someSamples(), mark])));
  expect(deviations(result)).toEqual({ 'golden.maxDiffLsb': 'failed' });
  expect(reasonOf(result, 'golden.maxDiffLsb')).toContain('in vector 5, element 2');
});
