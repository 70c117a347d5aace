import { expect, test } from 'vitest';
import { aBoard } from '../../fixtures/recordings.ts';
import type { LogSample, Manifest, UplinkSample } from '../../recording/recording.ts';
import type { Board } from '../../suite/board.ts';
import { parseBudgets } from '../../suite/budgets.ts';
import type { LogSpec, LogSuite, Suite } from '../../suite/suite.ts';
import type { Budgets } from '../../suite/suite-file.generated.ts';
import { judgeLogCase, type Subject } from './judge.ts';

const spec: LogSpec = { metrics: [], fail: [], ignore: [], identity: {}, runsVectors: false };
const manifest: Manifest = {
  tickmark: 1,
  suite: 'monitor',
  target: 'desk',
  basis: 'silicon',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:02.000Z',
  outcome: { status: 'complete' },
};

interface Given {
  readonly budgets: Budgets;
  readonly samples: readonly (LogSample | UplinkSample)[];
  readonly spec?: Partial<LogSpec>;
  readonly outcome?: Manifest['outcome'];
  readonly board?: Partial<Board>;
  readonly image?: Manifest['image'];
  readonly suite?: Partial<Suite>;
  readonly subject?: Subject;
  readonly isImported?: boolean;
}

function judged({ budgets, samples, outcome, board, image, subject, suite: more, isImported, ...given }: Given) {
  const suite: LogSuite = {
    name: 'monitor',
    file: '/suites/monitor/suite.yaml',
    firmware: {},
    targets: ['desk'],
    measure: { warmup: 0, boots: 1, timeoutMs: 1000, link: 'memory' },
    robustness: [],
    budgets: parseBudgets(budgets),
    on: {},
    log: { ...spec, ...given.spec },
    ...more,
  };
  const log: LogSample = { kind: 'log', boot: 0, lines: 40, bytes: 900, unprintable: 0, leftOut: 0 };
  const result = judgeLogCase({
    suite,
    board: aBoard({ name: 'desk', basis: 'silicon', clockHz: 100e6, ...board }),
    recording: {
      manifest: { ...manifest, ...(outcome && { outcome }), ...(image && { image }) },
      samples: [...samples, log],
    },
    recordingFolder: null,
    ...(subject && { subject }),
    ...(isImported && { isImported }),
  });
  return { ...result, said: result.verdicts.map(({ budget, status, reason }) => `${budget} ${status}: ${reason}`) };
}

const metric = (name: string, unit: 'ticks' | 'µs' | 'cycles' | '%' | 'B' | '1' | 'Hz', ...values: number[]) =>
  values.map((value, index): LogSample => ({ kind: 'metric', boot: 0, name, unit, value, line: index + 1 }));

test('what the log says was sent is held against the raw data of its inferences', () => {
  const sent: UplinkSample = { kind: 'uplink', boot: 0, inputs: 50, bytes: 1000, messages: 50 };
  const measure = { warmup: 0, boots: 1, timeoutMs: 1000, link: 'memory', rawInputBytes: 1000 } as const;
  const budgets = { uplink: { saved: '>= 99 %' } };
  const { said, metrics } = judged({ budgets, samples: [sent], suite: { measure } });
  expect(said.at(-1)).toMatch(/^uplink.saved failed: saved 98 % \(.* in 50 messages, .* for 50 inputs\)/);
  expect(metrics.uplink).toMatchObject({ inputs: 50, savedPercent: 98 });
  expect(judged({ budgets, samples: [], suite: { measure } }).said.at(-1)).toContain('no line matches log.uplink');
});

test('every statistic of a figure is judged in its own unit', () => {
  const { said, status } = judged({
    budgets: {
      metrics: {
        confidence_percent: {
          min: '>= 70 %',
          median: '>= 80 %',
          p90: '>= 80 %',
          max: '<= 90 %',
          mean: '>= 80 %',
          last: '>= 95 %',
          sum: '>= 100 %',
          count: '>= 10',
        },
      },
    },
    samples: metric('confidence_percent', '%', 70, 71, 72, 73, 80, 85, 86, 87, 88, 89),
  });
  expect(said.slice(2).map(each => each.replace(/,.*/, ''))).toEqual([
    'metrics.confidence_percent.min passed: min of confidence_percent 70 % (10 values)',
    'metrics.confidence_percent.median passed: median of confidence_percent 80 % (10 values)',
    'metrics.confidence_percent.p90 passed: p90 of confidence_percent 88 % (10 values)',
    'metrics.confidence_percent.max passed: max of confidence_percent 89 % (10 values)',
    'metrics.confidence_percent.mean passed: mean of confidence_percent 80.1 % (10 values)',
    'metrics.confidence_percent.last failed: last of confidence_percent 89 % (10 values)',
    'metrics.confidence_percent.sum passed: sum of confidence_percent 801 % (10 values)',
    'metrics.confidence_percent.count passed: count of confidence_percent 10 (10 values)',
  ]);
  expect(status).toBe('failed');
});

test('a figure that the log never tells is not measured, with what it tells', () => {
  const { said, status } = judged({
    budgets: { metrics: { confidence_percent: { min: '>= 70 %' } } },
    samples: metric('inference_ticks', 'ticks', 1),
  });
  expect(said.at(-1)).toBe(
    'metrics.confidence_percent.min skipped: the log never tells confidence_percent; it tells inference_ticks',
  );
  expect(status).toBe('skipped');
});

test.each([
  [{ ticks: { source: 'dwt', rateHz: 1e6 } }, {}, 'p50 10 ms'],
  [{ ticks: { source: 'dwt', rateHz: 1e6 } }, { rateHz: 2e6 }, 'p50 5 ms'],
])('ticks become time by the suite’s rate, else by the board’s: %#', (board, more, says) => {
  const { said } = judged({
    budgets: { latency: { silicon: { p50: '<= 12 ms' } } },
    samples: metric('inference_ticks', 'ticks', 9000, 10_000, 11_000),
    board,
    spec: more,
  });
  expect(said.at(-1)).toContain(`latency.silicon.p50 passed: ${says}`);
});

test('ticks of an unknown rate stay ticks: a budget of time is skipped, one of ticks judged', () => {
  const { said, metrics } = judged({
    budgets: { latency: { silicon: { p50: '<= 12 ms' } }, metrics: { inference_ticks: { max: '<= 5 kticks' } } },
    samples: metric('inference_ticks', 'ticks', 9000, 10_000),
  });
  expect(said.slice(2)).toEqual([
    'latency.silicon.p50 skipped: no ticks were measured: the log tells inference_ticks, and nobody says how fast they are: write log.rate, or bound metrics.inference_ticks',
    'metrics.inference_ticks.max failed: max of inference_ticks 10 kticks (2 values), budget <= 5 kticks (100 % above)',
  ]);
  expect(metrics.latency).toBeUndefined();
});

test.each([
  [
    'cycles by the core’s clock in the log',
    [...metric('cpu_clock_hz', 'Hz', 50e6), ...metric('inference_cycles', 'cycles', 5e5, 5e5)],
    '10 ms',
  ],
  ['cycles by the board’s clock', metric('inference_cycles', 'cycles', 5e5, 5e5), '5 ms'],
  ['time as it is told', metric('inference_us', 'µs', 7000.5, 7000.5), '7.0005 ms'],
  ['a profile’s sum where there is nothing better', metric('profile_cycles', 'cycles', 1e6, 1e6), '10 ms'],
])('latency is of %s', (_, samples, says) => {
  const { said } = judged({ budgets: { latency: { silicon: { p50: '<= 12 ms' } } }, samples });
  expect(said.at(-1)?.replace('7 ms', '7.0005 ms')).toContain(`passed: p50 ${says}`);
});

const fail = (line: number, text: string): LogSample => ({
  kind: 'alarm',
  boot: 0,
  alarm: 'fail',
  pattern: 'x',
  text,
  line,
});

test('a session that its time or a line ended before all inferences came is no whole one', () => {
  const budgets: Budgets = { metrics: { inference_ticks: { median: '<= 5 ticks', max: '<= 5 ticks' } } };
  const samples = metric('inference_ticks', 'ticks', 1, 2, 3);
  const { said, status } = judged({ budgets, samples, spec: { inferences: 4, forMs: 1000 } });
  expect(said[0]).toBe(
    'rig.session broken: it ended before all inferences came; 40 lines came, with 3 inferences in them',
  );
  expect(said.slice(1).map(each => each.split(':')[0])).toEqual([
    'metrics.inference_ticks.median skipped',
    'metrics.inference_ticks.max skipped',
  ]);
  expect(status).toBe('broken');
  expect(judged({ budgets, samples, spec: { inferences: 3, forMs: 1000 } }).status).toBe('passed');
  const twice = { measure: { warmup: 0, boots: 2, timeoutMs: 1000, link: 'memory' } } as const;
  expect(judged({ budgets, samples, spec: { inferences: 3 }, suite: twice }).status).toBe('broken');
  expect(judged({ budgets, samples, spec: { inferences: 3 }, suite: twice, isImported: true }).status).toBe('passed');
});

test('a failing line fails the case, with its number and how many more there are', () => {
  const { said, status } = judged({
    budgets: { metrics: { inference_ticks: { max: '<= 1 kticks' } } },
    samples: [
      ...metric('inference_ticks', 'ticks', 1),
      fail(12, '[INFERENCE FAULT] 3'),
      fail(14, '[INFERENCE FAULT] 4'),
    ],
  });
  expect(status).toBe('failed');
  expect(said[1]).toBe('firmware.log failed: line 12: "[INFERENCE FAULT] 3", and 1 more such line');
  expect(said[2]).toMatch(/passed.*line 12 failed besides/);
});

test('a crash fails the session, and a session that broke proves no line harmless', () => {
  const samples: LogSample[] = [{ kind: 'crash', boot: 0, what: 'HardFault pc=0x42', lines: 9, line: 7 }];
  const outcome = { status: 'failed', reason: 'desk: crashed, as line 7 says: HardFault pc=0x42' } as const;
  const crashed = judged({ budgets: { memory: { arena: '<= 10 KiB' } }, samples, outcome });
  expect(crashed.said.slice(0, 2)).toEqual([
    'firmware.session failed: desk: crashed, as line 7 says: HardFault pc=0x42',
    'firmware.log failed: line 7: "HardFault pc=0x42"',
  ]);
  const broken = judged({
    budgets: { memory: { arena: '<= 10 KiB' } },
    samples: [],
    outcome: { status: 'broken', reason: 'gone' },
  });
  expect(broken.said.map(each => each.split(' ')[0])).toEqual(['rig.session', 'memory.arena']);
});

test('what a session that broke has missed for good is failed, the rest is not judged', () => {
  const { said } = judged({
    budgets: { metrics: { inference_ticks: { max: '<= 5 ticks', min: '>= 1 ticks', median: '<= 5 ticks' } } },
    samples: metric('inference_ticks', 'ticks', 9, 8),
    outcome: { status: 'broken', reason: 'the cable came off' },
  });
  expect(said.slice(1).map(each => each.split(':')[0])).toEqual([
    'metrics.inference_ticks.min skipped',
    'metrics.inference_ticks.median skipped',
    'metrics.inference_ticks.max failed',
  ]);
});

test('a warning of the firmware’s is a doubt, and no failure', () => {
  const warning: LogSample = { ...fail(4, '[CRITICAL OUTLIER WARNING] x'), alarm: 'warning' } as LogSample;
  const { warnings, status } = judged({
    budgets: { metrics: { inference_ticks: { max: '<= 1 kticks' } } },
    samples: [...metric('inference_ticks', 'ticks', 1), warning],
  });
  expect(status).toBe('passed');
  expect(warnings).toEqual(['1 line warns: line 4 is "[CRITICAL OUTLIER WARNING] x"']);
});

test('a percentile of values that were not all kept is in doubt; least, most, mean and count are of all', () => {
  const rest: LogSample = {
    kind: 'metric-rest',
    boot: 0,
    name: 'x_us',
    unit: 'µs',
    count: 2,
    min: 1,
    max: 99,
    sum: 100,
    last: 99,
  };
  const { said } = judged({
    budgets: {
      metrics: { x_us: { min: '>= 1 µs', median: '<= 50 µs', max: '<= 98 µs', mean: '<= 35 µs', count: '>= 3' } },
    },
    samples: [...metric('x_us', 'µs', 5), rest],
  });
  expect(said.slice(2).map(each => each.split(' of ')[0])).toEqual([
    'metrics.x_us.min passed: min',
    'metrics.x_us.median inconclusive: only the first 1',
    'metrics.x_us.max failed: max',
    'metrics.x_us.mean passed: mean',
    'metrics.x_us.count passed: count',
  ]);
});

test('a latency of inferences that were not all kept is in doubt: the longest may be among the others', () => {
  const rest = {
    boot: 0,
    name: 'inference_us',
    unit: 'µs',
    count: 1,
    min: 9e6,
    max: 9e6,
    sum: 9e6,
    last: 9e6,
  } as const;
  const { said } = judged({
    budgets: { latency: { silicon: { p50: '<= 12 ms', max: '<= 12 ms' } } },
    samples: [...metric('inference_us', 'µs', 7000, 7000), { kind: 'metric-rest', ...rest }],
  });
  expect(said.slice(2).map(each => each.split(';')[0])).toEqual([
    'latency.silicon.p50 inconclusive: only the first 2 of 3 inferences were kept one by one',
    'latency.silicon.max inconclusive: only the first 2 of 3 inferences were kept one by one',
  ]);
  const missed = judged({
    budgets: { latency: { silicon: { max: '<= 5 ms' } } },
    samples: [...metric('inference_us', 'µs', 7000), { kind: 'metric-rest', ...rest }],
  });
  expect(missed.said.at(-1)).toMatch(/^latency\.silicon\.max failed/);
});

test('memory is the most that the log tells, and what the image takes', () => {
  const image = { file: 'a.elf', sha256: 'ab', flashBytes: 5000, ramBytes: 3000, stackReservedBytes: 1024 };
  const { metrics } = judged({
    budgets: { memory: { arena: '<= 10 KiB', flash: '<= 4 KiB' } },
    samples: [...metric('arena_bytes', 'B', 800, 900), ...metric('stack_bytes', 'B', 100)],
    image,
  });
  expect(metrics.memory).toEqual({
    arenaBytes: 900,
    stackBytes: 100,
    flashBytes: 5000,
    ramBytes: 3000,
    stackReservedBytes: 1024,
  });
});

const profile = (...ticks: number[]): LogSample => ({
  kind: 'profile',
  boot: 0,
  operators: ticks.map((each, index) => ({ name: `OP${index}`, ticks: each })),
  line: 1,
});

test('operators are the medians of the profiles', () => {
  const { metrics } = judged({
    budgets: { memory: { arena: '<= 1 B' } },
    samples: [profile(10, 1), profile(30, 3), profile(20, 2), profile(7)],
  });
  expect(metrics.operators).toEqual([
    { index: 0, name: 'OP0', ticks: 20 },
    { index: 1, name: 'OP1', ticks: 2 },
  ]);
});

const subject: Subject = {
  reference: {
    inputs: [],
    outputs: [{ name: 'out', type: 'int8', elements: 2, scale: 1 / 256, zeroPoint: -128 }],
    golden: [Uint8Array.of(127, 128), Uint8Array.of(128, 127), Uint8Array.of(128, 127)],
    weightBytes: 10,
    operators: [],
  },
  truth: { labels: [0, 1, 0] },
  inputs: [new Uint8Array(), new Uint8Array(), new Uint8Array()],
};
const ofModel = { model: { file: 'm' }, vectors: { inputs: 'v', preprocess: [] } } as const;
const scores = (...rows: [number, number][]): LogSample[] =>
  rows.map(([idle, wave], index) => ({
    kind: 'scores',
    boot: 0,
    scores: [
      ['wave', wave],
      ['idle', idle],
    ],
    line: index + 1,
  }));
const classified = { ...ofModel, task: { kind: 'classification', classes: ['idle', 'wave'] } } as const;

test('scores are answers to the suite’s vectors where it says so, by the names of its classes', () => {
  const { said, metrics } = judged({
    budgets: { accuracy: { top1: '>= 60 %' } },
    samples: scores([0.9, 0.1], [0.2, 0.8], [0.3, 0.7]),
    spec: { runsVectors: true },
    suite: classified,
    subject,
  });
  expect(said.at(-1)).toMatch(/accuracy\.top1 passed.*66\.7 %/);
  expect(metrics.accuracy?.confusion).toEqual([
    [1, 1],
    [0, 1],
  ]);
});

test('confidence is the score of a binary task', () => {
  const { said } = judged({
    budgets: { accuracy: { top1: '>= 100 %' } },
    samples: metric('confidence_percent', '%', 10, 90, 20),
    spec: { runsVectors: true },
    suite: { ...ofModel, task: { kind: 'binary', threshold: 0.5 } },
    subject,
  });
  expect(said.at(-1)).toMatch(/accuracy\.top1 passed/);
});

const otherClasses: LogSample[] = [
  {
    kind: 'scores',
    boot: 0,
    scores: [
      ['up', 1],
      ['down', 0],
    ],
    line: 8,
  },
];

test.each([
  [
    'the suite does not say that',
    false,
    scores([0.9, 0.1], [0.2, 0.8], [0.3, 0.7]),
    /does not say that the firmware runs its vectors/,
  ],
  ['an answer is missing', true, scores([0.9, 0.1], [0.2, 0.8]), /2 answers, and there are 3 of 3 vectors/],
  ['there are none', true, metric('inference_us', 'µs', 1), /tells no scores of classes/],
  ['classes are others', true, otherClasses, /line 8 has scores of up, down, the task's classes are idle, wave/],
])('accuracy is not measured where %s', (_, runsVectors, samples, says) => {
  const { said } = judged({
    budgets: { accuracy: { top1: '>= 60 %' } },
    samples,
    spec: { runsVectors },
    suite: classified,
    subject,
  });
  expect(said.at(-1)).toMatch(/^accuracy\.top1 skipped/);
  expect(said.at(-1)).toMatch(says);
});

test('profiles are inferences where the model says how many operators one has', () => {
  const budgets: Budgets = { latency: { silicon: { p50: '<= 12 ms' } } };
  const samples = [profile(10, 20, 30, 40), ...metric('profile_ticks', 'ticks', 100)];
  const alone = judged({ budgets, samples, spec: { rateHz: 1000 } });
  expect(alone.said.at(-1)).toMatch(/skipped: no ticks were measured: the log tells no time of single inferences/);
  const operators = [
    { name: 'A', macs: 5 },
    { name: 'B', macs: 0 },
  ];
  const reference = { ...subject.reference, operators };
  const known = judged({
    budgets,
    samples,
    spec: { rateHz: 1000 },
    suite: classified,
    subject: { ...subject, reference },
  });
  expect(known.metrics.latency?.ticks).toEqual([30, 70]);
  expect(known.metrics.operators).toEqual([
    { index: 0, name: 'OP0', ticks: 10, macs: 5 },
    { index: 1, name: 'OP1', ticks: 20 },
  ]);
});
