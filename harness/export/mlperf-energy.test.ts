import { describe, expect, test } from 'vitest';
import { kwsCase, someFacts } from './fixtures/cases.ts';
import { busyUj, type Capture, energyCase } from './fixtures/energy.ts';
import { type SubmissionOptions, submissionOf } from './mlperf.ts';
import { energyOf as energyIn } from './mlperf-energy.ts';

const options: SubmissionOptions = {
  division: 'closed',
  submitter: 'somebody',
  facts: someFacts(),
  wantsEnergy: true,
};
const kws = 'closed/somebody/results/nucleo-l4r5zi/kws';

/** The energy of a window of so many milliseconds by whole decimals, in 10^-8 J. */
function energyOf(ms: number): number {
  let sum = 0n;
  for (let at = 0; at < ms; at++) sum += BigInt(Math.round(busyUj(at) * 100));
  return Number(sum);
}

test('energy is of the samples between the last two edges, [first, end), and the time from one to the other', () => {
  const edges = [
    [0, 0],
    [1, 1],
    [2, 3],
  ] as const;
  const window = { vector: 0, iterations: 2, warmups: 0, samplesJ: [8, 1, 2, 4], edges };
  expect(energyIn(window, 1000)).toEqual({ elapsedS: 0.003 - 0.001, totalJ: 3, perInferenceJ: 1.5 });
});

describe('a submission with energy', () => {
  const { files, faults } = submissionOf([kwsCase(), energyCase()], options);
  const text = files.get(`${kws}/energy/results.txt`) ?? '';
  const entries = JSON.parse(files.get(`${kws}/energy/results.json`) ?? '[]') as Entry[];

  interface Entry {
    readonly file: string;
    readonly infer: { readonly iterations: number; readonly warmups: number; readonly results: readonly number[] };
    readonly power: {
      readonly samples: readonly number[];
      readonly timestamps: readonly (readonly [string, number])[];
      readonly voltage: number;
    };
    readonly mode: string;
  }

  test('has a folder of it beside those of the other build', () => {
    expect(faults).toEqual([]);
    const runs = [...files.keys()].filter(path => path.startsWith(kws)).map(path => path.slice(kws.length + 1));
    expect(runs.filter(path => path.startsWith('energy/'))).toEqual([
      'energy/log.txt',
      'energy/results.txt',
      'energy/results.json',
    ]);
    expect(runs).toHaveLength(9);
    expect(files.get(`${kws}/accuracy/results.txt`)).toEqual(
      submissionOf([kwsCase()], { ...options, wantsEnergy: false }).files.get(`${kws}/accuracy/results.txt`),
    );
  });

  // print_energy_results in benchmark/runner/main.py
  test("has the runner's text, to the digit", () => {
    const total = energyOf(10_400);
    const each = (total / 400 / 100).toFixed(3);
    expect(text.split('\n').slice(0, 7)).toEqual([
      'Power Edition Output',
      'Energy data for trial 0',
      '  Elapsed time  : 10.4',
      '  Inferences    : 400',
      `  Power         : ${(total / 1e5 / 10.4).toFixed(4)} mW.`,
      `  Total Energy  : ${(total / 100).toFixed(3)} uJ`,
      `  Energy/Inf    : ${each} uJ/inf`,
    ]);
    expect(text).toContain(`\nMedian energy cost is ${(total / 400 / 100).toFixed(4)} uJ/inf.\n`);
    expect(text.match(/^Energy data for trial \d$/gm)).toHaveLength(5);
  });

  test('says what submission_checker v1.4 looks for', () => {
    const found = text.split('\n').flatMap(line => /^Median energy cost is ([\d.]+) uJ\/inf/.exec(line)?.[1] ?? []);
    expect(found).toEqual([(energyOf(10_400) / 400 / 100).toFixed(4)]);
  });

  test.each([0, 3e-7, 12_340])('a sample of %f µJ is one', uj => {
    const change = (values: Float32Array) => void values.fill(uj, 1990, 1995);
    const { files: changed, faults: found } = submissionOf([kwsCase(), energyCase({ change })], options);
    expect(found).toEqual([]);
    const [entry] = JSON.parse(changed.get(`${kws}/energy/results.json`) ?? '[]') as Entry[];
    expect(entry?.power.samples).toContain(Number(`${uj}e-6`.replace(/^3e-7e-6$/, '3e-13')));
  });

  test('has the samples that the figures are of, as the meter has sent them', () => {
    expect(entries).toHaveLength(5);
    for (const { power, infer, mode } of entries) {
      const [[, first], [, end]] = power.timestamps.slice(-2) as [[string, number], [string, number]];
      expect(end - first).toBe(10_400);
      expect(power.samples.slice(first, first + 3)).toEqual([18.01e-6, 17.99e-6, 18.32e-6]);
      expect(power.samples[first - 1]).toBe(1.5e-6);
      expect([power.voltage, mode, infer.iterations, infer.warmups]).toEqual([3, 'e', 400, 10]);
    }
    const counters = entries.map(({ power }) => power.timestamps.map(([counter]) => Number(counter)));
    for (const row of counters)
      for (const [index, counter] of row.slice(1).entries()) expect(counter - (row[index] ?? 0)).toBe(1);
    expect(entries.map(({ file }) => file)).toEqual(
      [0, 200, 400, 600, 800].map(at => `vector-0${String(at).padStart(3, '0')}`),
    );
  });

  test('says that it is of another build', () => {
    const log = files.get(`${kws}/energy/log.txt`) ?? '';
    expect(log).toContain('m-timestamp-mode-energy\n');
    expect(log).toContain(
      'Of a build of its own: accuracy and performance are of another one, and of other inferences.',
    );
    expect(log).toContain('Power by X-NUCLEO-LPM01A, firmware 1.0.6: 3 V, 1000 samples/s in µJ');
  });

  test('takes it from another board, where both are one system', () => {
    const energy = energyCase();
    const rig = { ...energy, board: { ...energy.board, name: 'nucleo-with-meter' } };
    const named = submissionOf([kwsCase(), rig], { ...options, system: 'nucleo' });
    expect(named.faults).toEqual([]);
    const paths = [...named.files.keys()];
    expect(paths.filter(path => path.startsWith('closed/somebody/systems/'))).toEqual([
      'closed/somebody/systems/nucleo.json',
    ]);
    expect(paths).toContain('closed/somebody/results/nucleo/kws/energy/results.txt');
    expect(submissionOf([kwsCase(), rig], options).faults).toEqual([
      expect.stringMatching(/^no energy was measured of nucleo-l4r5zi\/kws/),
      expect.stringMatching(/^of nucleo-with-meter\/kws there is energy alone/),
    ]);
  });
});

/** Each alone; the checker looks at the median and at nothing else. */
describe('energy is refused', () => {
  test.each<[string, Capture, RegExp]>([
    ['of four windows', { windows: 4 }, /it has 4 metered windows, and the rules want 5/],
    ['of short windows', { windowMs: 9999 }, /window 1 lasted 9\.999 s, and the rules want 10 s/],
    ['of few iterations', { iterations: 9 }, /window 1 has 9 iterations/],
    ['of one input', { vector: window => (window === 4 ? 3 : window) }, /of 4 inputs/],
    [
      'of currents',
      { facts: { quantity: 'current', unit: 'mA' } },
      /sampled current at 1000 Hz, and MLPerf Tiny takes energy/,
    ],
    ['of a case that failed', { status: 'failed' }, /it is failed/],
  ])('%s', (_, capture, fault) => {
    const { faults, files } = submissionOf([kwsCase(), energyCase(capture)], options);
    expect(faults[0]).toMatch(fault);
    expect(faults[0]).toMatch(/^kws-energy @nucleo-l4r5zi: /);
    expect([...files.keys()].some(path => path.includes('/results/'))).toBe(false);
  });

  test('with samples missing from a window', () => {
    const { faults } = submissionOf(
      [kwsCase(), energyCase({ change: values => values.fill(Number.NaN, 7000, 7003) })],
      options,
    );
    expect(faults.join()).toMatch(/window 1 lacks samples/);
  });

  test('of a trace that cannot be trusted', () => {
    const { faults } = submissionOf([kwsCase(), energyCase({ pace: 1.03 })], options);
    expect(faults.join('\n')).toMatch(/^kws-energy @nucleo-l4r5zi: of its trace: /m);
  });

  test('that was measured twice', () => {
    const again = { ...energyCase(), suite: 'again' };
    expect(submissionOf([kwsCase(), energyCase(), again], options).faults).toEqual([
      expect.stringContaining('nucleo-l4r5zi/kws was measured by kws-energy and again'),
    ]);
  });

  test('where nobody asked for it: its build has no performance', () => {
    const { faults } = submissionOf([energyCase()], { ...options, wantsEnergy: false });
    expect(faults).toContainEqual(expect.stringContaining('its firmware is a build for energy'));
  });
});
