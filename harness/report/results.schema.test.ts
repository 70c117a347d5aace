import { readFileSync } from 'node:fs';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import {
  aCurrentBudget,
  aCurrentSuite,
  aWindow,
  currentEvidence,
  someCurrent,
  someTraceFacts,
} from '../fixtures/current.ts';
import {
  aBoard,
  anAccuracyBudget,
  anInference,
  aRecording,
  aReference,
  evidenceOf,
  replaceInference,
  someEvidence,
  someSamples,
} from '../fixtures/recordings.ts';
import { aResults } from '../fixtures/results.ts';
import { type Evidence, judgeCase } from '../verdict/judge.ts';
import type { Results } from './results.ts';

const schema: AnySchemaObject = JSON.parse(readFileSync(new URL('./results.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
const validate = ajv.compile<Results>(schema);

/** The faults of what a reader of the written file sees. */
function faultsOf(results: unknown): readonly string[] {
  if (validate(JSON.parse(JSON.stringify(results)))) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function judged(...evidence: readonly Partial<Evidence>[]): Results {
  return aResults({ cases: evidence.map(overrides => judgeCase(someEvidence(overrides))) });
}

function ended(status: 'failed' | 'broken' | 'skipped'): Partial<Evidence> {
  return { recording: aRecording({ manifest: { outcome: { status, reason: 'because' } }, samples: [] }) };
}

test('a judged run is what the schema says, however its cases went', () => {
  const differing = replaceInference(someSamples(), anInference({ vector: 3, output: [1, 2, 3] }));
  const standing = someSamples().map(sample => (sample.kind === 'inference' ? { ...sample, ticks: 0 } : sample));
  expect(
    faultsOf(
      judged(
        {},
        { recording: aRecording({ samples: differing }) },
        { recording: aRecording({ samples: standing }) },
        ended('failed'),
        ended('broken'),
        ended('skipped'),
      ),
    ),
  ).toEqual([]);
});

test('what was done to a board, and an attempt that broke, are part of it', () => {
  const steps = (['found', 'verify', 'flash', 'soft', 'lines', 'probe', 'power'] as const).map(step => ({
    kind: 'rig' as const,
    boot: 0,
    step,
    worked: step !== 'verify',
    ms: 12,
    detail: 'openocd',
  }));
  const instant = '2026-01-01T00:00:00.000Z';
  const manifest = {
    board: { port: 'usb-1-1.4-0', path: '/dev/ttyACM0', flasher: 'openocd', proof: 'its build id' },
    attempts: [{ startedAt: instant, finishedAt: instant, reason: 'the port vanished\n  → plug it in' }],
  };
  const results = judged({ recording: aRecording({ manifest, samples: [...steps, ...someSamples()] }) });
  expect(faultsOf(results)).toEqual([]);
  const [result] = results.cases;
  expect(result?.rig).toHaveLength(7);
  expect(result?.provenance).toMatchObject({ port: 'usb-1-1.4-0', flasher: 'openocd', proof: 'its build id' });
  expect(result?.warnings).toContain(
    'this is the second attempt; the first was broken: the port vanished → plug it in',
  );
});

/** Cases of every task but classification: some with an output that is not a number, some that lack a class or a threshold. */
function otherTasks(): readonly Evidence[] {
  const scores = [[0.25], [0.75], [0.5], [Number.NaN]];
  const golden = scores.with(3, [1]);
  const labels = [0, 1, 0, 1];
  const sources = [
    { name: 'a.wav', count: 1 },
    { name: 'b.wav', count: 3 },
  ];
  const auc = [anAccuracyBudget({ kind: 'accuracy', metric: 'rocAuc' }, 0.9)];
  const shared = { boots: [scores], golden, float: golden, truth: { labels }, budgets: auc } as const;
  return [
    evidenceOf({ ...shared, task: { kind: 'binary', threshold: 0.6 } }),
    evidenceOf({ ...shared, task: { kind: 'anomaly', score: 'output', threshold: 0.6 } }),
    evidenceOf({
      ...shared,
      boots: [golden],
      task: { kind: 'anomaly', score: 'output' },
      truth: { labels: [0, 1, 1, 1], sources },
    }),
    evidenceOf({ ...shared, task: { kind: 'binary', threshold: 0.6 }, truth: { labels: [1, 1, 1, 1] } }),
    ...[scores, golden].map(outputs =>
      evidenceOf({
        task: { kind: 'regression', unit: '°C' },
        boots: [outputs],
        golden,
        float: golden,
        truth: { values: golden },
        budgets: [anAccuracyBudget({ kind: 'accuracy', metric: 'mae' }, 0.1)],
      }),
    ),
  ];
}

test('the results of every task are what the schema says', () => {
  const cases = otherTasks().map(judgeCase);
  expect(faultsOf(aResults({ cases }))).toEqual([]);
  expect(new Set(cases.flatMap(({ metrics }) => Object.keys(metrics)))).toEqual(
    new Set(['vectors', 'latency', 'golden', 'accuracy', 'roc', 'regression', 'anomaly', 'memory', 'emulation']),
  );
  expect(cases.map(({ status }) => status)).toEqual(['failed', 'failed', 'passed', 'inconclusive', 'failed', 'passed']);
});

/** Measured and modelled, with every figure, with as few as there may be, and of a trace that cannot be trusted. */
function currents(): readonly Evidence[] {
  const budgets = [
    'current.measured.dutyCycle.mean',
    'charge.measured.aboveSleep',
    'energy.measured.inference',
    'battery.measured.CR2032',
    'battery.modelled.CR2032',
    'current.modelled.sleep.mean',
  ].map(path => aCurrentBudget(path, 1));
  const { accuracy: _unknown, ...meter } = someTraceFacts().meter;
  const bare = {
    facts: someTraceFacts({ meter }),
    samples: 1,
    isAsked: false,
    faults: [],
    doubts: [],
    inferences: [aWindow({ vector: 0 })],
  };
  const lost = { check: 'gaps', what: '12 samples are missing', sample: 3 } as const;
  const uplink = { kind: 'uplink', boot: 0, inputs: 300, bytes: 10, messages: 300 } as const;
  const of = 'a datasheet';
  return [
    currentEvidence(budgets, {
      recording: aRecording({ manifest: { basis: 'silicon' }, samples: [...someSamples(), uplink] }),
      rawInputBytes: 64.5,
    }),
    currentEvidence(budgets, { current: bare }),
    currentEvidence(budgets, { current: someCurrent({ faults: [lost] }) }),
    someEvidence({
      suite: aCurrentSuite(budgets),
      board: aBoard({ currents: { run: { currentMa: 20, of }, sleep: { currentMa: 0.1, of } }, supplyMv: 3300 }),
    }),
    someEvidence({ suite: aCurrentSuite(budgets), board: aBoard({ currents: { run: { currentMa: 10, of } } }) }),
    currentEvidence(budgets, {
      recording: aRecording({
        manifest: { basis: 'silicon' },
        samples: [...someSamples(), { ...uplink, bytes: 0, messages: 0 }], // nothing to tell
      }),
      rawInputBytes: 64.5,
    }),
  ];
}

test('results with current, battery life and uplink are what the schema says', () => {
  const cases = currents().map(judgeCase);
  expect(faultsOf(aResults({ cases }))).toEqual([]);
  const keys = new Set(cases.flatMap(({ metrics }) => Object.keys(metrics)));
  expect([...keys]).toEqual(expect.arrayContaining(['current', 'modelled', 'battery', 'uplink']));
  expect(new Set(cases.flatMap(({ metrics }) => metrics.battery?.map(({ limitedBy }) => limitedBy) ?? []))).toEqual(
    new Set(['charge', 'pulse']),
  );
  expect(cases.map(({ status }) => status)).toContain('broken');
});

test('a float that is not finite is written as null, and the file stays valid', () => {
  const outputs = [{ name: 'score', type: 'float32', elements: 1, scale: 1, zeroPoint: 0 }] as const;
  const golden = aReference().golden.map(() => new Uint8Array(Float32Array.of(0.5).buffer));
  const notANumber = [...new Uint8Array(Float32Array.of(Number.NaN).buffer)];
  const samples = golden.map((bytes, vector) =>
    anInference({ vector, output: vector === 4 ? notANumber : [...bytes] }),
  );
  const results = judged({ reference: aReference({ outputs, golden }), recording: aRecording({ samples }) });
  expect(results.cases[0]?.metrics.golden?.differences).toMatchObject([{ vector: 4, expected: 0.5, actual: null }]);
  expect(faultsOf(results)).toEqual([]);
});

test('the synthetic results that the reports are tested with are valid as well', () => {
  expect(faultsOf(aResults())).toEqual([]);
});

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

/** The paths of all values that a document holds, those of objects and arrays included. */
function* pathsIn(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (!isObject(value)) return;
  for (const [key, child] of Object.entries(value)) yield* pathsIn(child, [...path, key]);
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  return path.reduce((value, key) => (isObject(value) ? value[key] : undefined), document);
}

/** A copy whose object at `path` was changed. */
function mutated(document: Results, path: readonly string[], change: (object: Json) => void): unknown {
  const copy = structuredClone(document);
  const object = valueAt(copy, path);
  if (isObject(object)) change(object);
  return copy;
}

/** Cases of every task with few ticks, so that trying every value stays quick. */
function small(): Results {
  return aResults({
    cases: [someEvidence(), ...otherTasks()].map(judgeCase).map(({ metrics, ...rest }) => ({
      ...rest,
      metrics: { ...metrics, ...(metrics.latency && { latency: { ...metrics.latency, ticks: [1000, 1001] } }) },
    })),
  });
}

/** Cases with everything of current, measured and modelled, and little else. */
function smallCurrents(): Results {
  const cases = currents()
    .filter((_, index) => index === 0 || index === 3)
    .map(judgeCase)
    .map(({ metrics: { current, modelled, battery = [], uplink }, verdicts, ...rest }) => ({
      ...rest,
      verdicts: verdicts.slice(3, 4),
      metrics: { vectors: 1, battery: battery.slice(0, 1), ...JSON.parse(shortened({ current, modelled, uplink })) },
    }));
  return aResults({ cases });
}

function shortened(metrics: object): string {
  return JSON.stringify(metrics, (key, value: unknown) =>
    key === 'values' && Array.isArray(value) ? value.slice(0, 1) : value,
  );
}

/** Whose keys are a meter's own. */
function isOpen(path: readonly string[]): boolean {
  return path.at(-1) === 'calibration';
}

test.each([
  ['of every task', small, 100],
  ['with current', smallCurrents, 40],
])('a property that no version wrote is refused in every object of results %s', (_which, make, least) => {
  const results = make();
  const paths = [...pathsIn(results)].filter(path => {
    const value = valueAt(results, path);
    return isObject(value) && !Array.isArray(value) && !isOpen(path);
  });
  expect(paths.length).toBeGreaterThan(least);
  for (const path of paths) {
    const changed = mutated(results, path, object => Object.assign(object, { unheardOf: 1 }));
    expect(faultsOf(changed), path.join('/')).not.toEqual([]);
  }
});

test.each([
  ['of every task', small, 500],
  ['with current', smallCurrents, 150],
])('a value of another type is refused wherever it stands in results %s', (_which, make, least) => {
  const results = make();
  const paths = [...pathsIn(results)].filter(path => path.length > 0 && !isOpen(path));
  expect(paths.length).toBeGreaterThan(least);
  for (const path of paths) {
    const changed = mutated(results, path.slice(0, -1), parent => {
      parent[path.at(-1) ?? ''] = { some: 'object' };
    });
    expect(faultsOf(changed), path.join('/')).not.toEqual([]);
  }
});

test.each<[what: string, path: string, value: unknown]>([
  ['another version', 'tickmark', 2],
  ['a status nobody defined', 'cases/0/status', 'flaky'],
  ['a basis nobody defined', 'cases/0/metrics/latency/basis', 'cycles'],
  ['a unit nobody defined', 'cases/0/verdicts/2/unit', 'lsb'],
  ['an empty reason', 'cases/0/verdicts/2/reason', ''],
  ['a passed verdict without a figure', 'cases/0/verdicts/2/measured', null],
  ['a skipped verdict with a figure', 'cases/0/verdicts/2/status', 'skipped'],
  ['0 ticks', 'cases/0/metrics/latency/ticks/0', 0],
  ['half a tick', 'cases/0/metrics/latency/ticks/0', 1.5],
  ['more than all vectors right', 'cases/0/metrics/accuracy/top1', 101],
  ['an area above 1', 'cases/1/metrics/roc/auc', 1.01],
  ['a curve of one point', 'cases/1/metrics/roc/points', []],
  ['a recall above 100 %', 'cases/0/metrics/accuracy/perClass/0/recall', 101],
  ['a k that is no number', 'cases/0/metrics/accuracy/topK', { all: 100 }],
  ['a negative error', 'cases/6/metrics/regression/mae', -0.1],
  ['a label of a third class', 'cases/2/metrics/anomaly/scores/0/label', 2],
  ['a hash cut short', 'cases/0/provenance/modelSha256', 'abc'],
  ['a time that is none', 'cases/0/startedAt', 'yesterday'],
  ['a recording beside the run', 'cases/0/recording', 'recordings/../../elsewhere'],
  ['a recording anywhere', 'cases/0/recording', '/etc'],
  ['a negative duration', 'cases/0/durationMs', -1],
])('refused: %s', (_what, path, value) => {
  const keys = path.split('/');
  const changed = mutated(small(), keys.slice(0, -1), parent => {
    parent[keys.at(-1) ?? ''] = value;
  });
  expect(faultsOf(changed)).not.toEqual([]);
});

test.each<[what: string, path: string, value: unknown]>([
  ['a modelled current among measured ones', 'cases/0/metrics/current/basis', 'modelled'],
  ['a life below nothing', 'cases/0/metrics/battery/0/lifeDays', -1],
  ['a figure without its value', 'cases/0/metrics/current/sleep/mean', { low: 1, high: 2 }],
  ['more than all data saved', 'cases/0/metrics/uplink/savedPercent', 100.1],
  ['a window placed by guess', 'cases/0/metrics/current/placed/by', 'guess'],
  ['a basis of current that nobody defined', 'cases/0/verdicts/0/basis', 'estimated'],
])('refused: %s', (_what, path, value) => {
  const keys = path.split('/');
  const changed = mutated(smallCurrents(), keys.slice(0, -1), parent => {
    parent[keys.at(-1) ?? ''] = value;
  });
  expect(faultsOf(smallCurrents())).toEqual([]);
  expect(faultsOf(changed)).not.toEqual([]);
});

test('a fault on demand is a verdict, and the ways into the DUT are provenance', () => {
  const verdict = { measured: 2, relation: null, limit: null, unit: 'faults', basis: null, optional: false };
  const tried = { ...verdict, budget: 'robustness.uart-flip', status: 'passed', reason: 'all 8 vectors were answered' };
  const withTrial = mutated(small(), ['cases', '0', 'verdicts'], list => Object.assign(list, { 0: tried }));
  expect(faultsOf(withTrial)).toEqual([]);
  const carriedBy = (tensors: string) =>
    mutated(small(), ['cases', '0', 'provenance'], from =>
      Object.assign(from, { carried: { model: 'memory', tensors } }),
    );
  expect(faultsOf(carriedBy('uart'))).toEqual([]);
  expect(faultsOf(carriedBy('pigeon'))).not.toEqual([]);
});

test('nothing that the schema requires may be missing', () => {
  const results = small();
  for (const path of [
    [],
    ['run'],
    ['cases', '0'],
    ['cases', '0', 'verdicts', '0'],
    ['cases', '0', 'metrics', 'latency'],
  ]) {
    for (const key of Object.keys(valueAt(results, path) ?? {})) {
      const changed = mutated(results, path, object => Reflect.deleteProperty(object, key));
      expect(faultsOf(changed), [...path, key].join('/')).not.toEqual([]);
    }
  }
});
