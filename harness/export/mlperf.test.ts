import { describe, expect, test } from 'vitest';
import {
  fiveWindows,
  icSamples,
  kwsCase,
  mlperfIdentity,
  type RecordedCase,
  someFacts,
  withManifest,
  withSamples,
} from './fixtures/cases.ts';
import { type ExportedCase, type SubmissionOptions, submissionOf } from './mlperf.ts';
import { benchmarks } from './mlperf-sets.ts';

const options: SubmissionOptions = {
  division: 'closed',
  submitter: 'somebody',
  facts: someFacts(),
  wantsEnergy: false,
};
const root = 'closed/somebody';
const kws = `${root}/results/nucleo-l4r5zi/kws`;

describe('a submission', () => {
  const { files, faults } = submissionOf([kwsCase()], options);

  test('has the files that the checker looks for, and no others', () => {
    expect(faults).toEqual([]);
    const names = ['log.txt', 'results.txt', 'results.json'];
    const runs = ['accuracy', 'performance'].flatMap(run => names.map(name => `${kws}/${run}/${name}`));
    expect([...files.keys()]).toEqual([`${root}/systems/nucleo-l4r5zi.json`, ...runs]);
  });

  // As submission_checker v1.4 has them, by re.match: at the start of a line.
  test.each([
    ['accuracy', /^.* Top[- ]1%?\s?[:=] ([\d.]+).*$/m, '95.0'],
    ['accuracy', /^.* AUC\s?[:=] ([\d.]+).*$/m, '0.973'],
    ['performance', /^.* Median throughput is\s+([\d.]+) inf\.\/sec\..*$/m, '39.833'],
  ])('says in results.txt of %s what %s finds', (run, pattern, figure) => {
    expect(pattern.exec(files.get(`${kws}/${run}/results.txt`) ?? '')?.[1]).toBe(figure);
  });

  test('leaves windows as they were measured, over the wrap of the clock too', () => {
    const text = files.get(`${kws}/performance/results.txt`) ?? '';
    expect([...text.matchAll(/Runtime: (.*) sec\./g)].map(found => found[1])).toEqual([
      '10.04',
      '10.041',
      '10.042',
      '10.043',
      '10.044',
    ]);
    const entries = JSON.parse(files.get(`${kws}/performance/results.json`) ?? '') as { infer: object; file: string }[];
    const { lap0Us, lap1Us } = fiveWindows()[2] ?? {};
    expect(lap1Us).toBeLessThan(lap0Us ?? 0);
    expect(entries[2]).toMatchObject({
      file: 'vector-0400',
      infer: { start_time: lap0Us, end_time: lap1Us, elapsed_time: 10_042_000, iterations: 400, warmups: 10 },
    });
  });

  test('has every inference in results.json and in log.txt, as it was printed', () => {
    const entries = JSON.parse(files.get(`${kws}/accuracy/results.json`) ?? '') as object[];
    expect(entries).toHaveLength(1000);
    expect(entries[13]).toMatchObject({
      file: 'vector-0013',
      classes: '12',
      class: '1',
      infer: { elapsed_time: 27_000 },
    });
    const log = files.get(`${kws}/accuracy/log.txt`) ?? '';
    expect(log.match(/^m-results-\[/gm)).toHaveLength(1000);
    expect(log).toContain('m-model-[kws01]\n');
  });

  test('describes the system by the board file, and by the facts where they say otherwise', () => {
    const other = submissionOf([kwsCase()], {
      ...options,
      system: 'board-2',
      facts: { ...someFacts(), 'Board Name': 'Mine' },
    });
    expect(JSON.parse(other.files.get(`${root}/systems/board-2.json`) ?? '')).toMatchObject({
      Submitter: 'somebody',
      'Board Name': 'Mine',
      'Processor(s) Frequencies': '120 MHz',
      'Processor memory type and capacity': '264 KiB RAM, 2048 KiB flash',
      Status: 'available',
    });
  });
});

describe('anomaly detection', () => {
  test('is scored by the mean over each file, whose windows are counted', () => {
    const { files, faults } = submissionOf([adCase()], options);
    expect(faults).toEqual([]);
    const ad = `${root}/results/nucleo-l4r5zi/ad/accuracy`;
    expect(files.get(`${ad}/results.txt`)).toContain(' AUC = 1.000\n');
    const entries = JSON.parse(files.get(`${ad}/results.json`) ?? '') as object[];
    expect(entries).toHaveLength(72 * 196);
    expect(entries[1]).toMatchObject({ file: 'file-0', bytes_to_send: '2560', stride: '512', total_length: 196 });
  });

  test('says which window of a file the timed inferences were of', () => {
    const log = submissionOf([adCase()], options).files.get(`${root}/results/nucleo-l4r5zi/ad/performance/log.txt`);
    expect(log?.match(/^Loading file .*$/gm)?.slice(0, 2)).toEqual([
      'Loading file file-0 segment 0',
      'Loading file file-1 segment 3',
    ]);
  });

  test('is refused where files were cut in another way than the runner does', () => {
    const { faults } = submissionOf([adCase(40)], options);
    expect(faults).toEqual([
      'ad @nucleo-l4r5zi: file-0 was cut into 40 windows, and the runner cuts 196: take size 5 and hop 1',
    ]);
  });
});

/** Each fault alone; the checker would let most of them through. */
describe('a submission is refused', () => {
  const whole = kwsCase();
  const { recording: _recording, ...withoutRecording } = whole;
  const onlyWindows = (change: (index: number) => object) => {
    const windows = fiveWindows().map((window, index) => ({ ...window, ...change(index) }));
    const others = whole.recording.samples.filter(({ kind }) => kind !== 'window');
    return { ...whole, recording: { ...whole.recording, samples: [...others, ...windows] } };
  };

  test.each<[string, ExportedCase, RegExp]>([
    ['that failed', { ...whole, status: 'failed' }, /it is failed/],
    ['that broke', { ...whole, status: 'broken' }, /it is broken/],
    [
      'cut short',
      withManifest(whole, { outcome: { status: 'failed', reason: 'it crashed' } }),
      /not complete: it crashed/,
    ],
    ['that broke before its firmware said who it is', { ...withoutRecording, status: 'broken' }, /it is broken/],
    [
      'that was skipped',
      { ...withoutRecording, status: 'skipped' },
      /it is skipped: its firmware never said who it is/,
    ],
    [
      'of an emulator',
      withManifest(whole, { basis: 'instructions' }),
      /counts instructions, and a submission is of hardware/,
    ],
    ['of other inputs', { ...whole, vectorsSha256: 'c'.repeat(64) }, /inputs have changed/],
    ['without labels', { ...whole, truth: {} }, /has no labels/],
    ['of a model of its own', withManifest(whole, { mlperf: mlperfIdentity('mine') }), /model "mine"/],
    ['of a streaming model', withManifest(whole, { mlperf: mlperfIdentity('sww01') }), /model "sww01"/],
    [
      'of a part of the set',
      withManifest(whole, { vectors: { count: 999, sha256: 'b'.repeat(64) } }),
      /999 input files were inferred, and the set of kws has 1000/,
    ],
    [
      'with a vector without result',
      withSamples(whole, (sample, index) => (index === 7 ? [] : [sample])),
      /1 of its 1000 vectors have no result/,
    ],
    [
      'with results of another model',
      withSamples(whole, sample => ('results' in sample ? [{ ...sample, results: ['0.5', '0.5'] }] : [sample])),
      /vector 0 has the results "0.5,0.5", and kws prints 12/,
    ],
    [
      'with too few right answers',
      withSamples(whole, sample =>
        sample.kind === 'printed' && sample.vector % 9 === 0
          ? [{ ...sample, results: Array<string>(12).fill('0.0') }]
          : [sample],
      ),
      /its Top-1 is 8\d\.\d %, and the closed division asks for 90/,
    ],
    [
      'of four windows',
      withSamples(whole, (sample, index) => (index === 1000 ? [] : [sample])),
      /4 timed windows, and the rules want 5/,
    ],
    [
      'of six windows',
      withSamples(whole, (sample, index) => (index === 1000 ? [sample, sample] : [sample])),
      /6 timed windows/,
    ],
    ['of windows of one input', onlyWindows(() => ({ vector: 3 })), /of 1 inputs/],
    [
      'with a short window',
      onlyWindows(index => (index === 3 ? { lap0Us: 5, lap1Us: 10_000_004 } : {})),
      /window 4 lasted 9.999999 s/,
    ],
    [
      'with too few iterations',
      onlyWindows(index => (index === 0 ? { iterations: 9 } : {})),
      /window 1 has 9 iterations/,
    ],
    [
      'of a build for energy',
      withManifest(whole, { mlperf: { ...mlperfIdentity('kws01'), timestamps: 'energy' } }),
      /build for energy/,
    ],
  ])('%s', (_, each, fault) => {
    const { faults, files } = submissionOf([each], options);
    expect(faults).toEqual([expect.stringMatching(fault)]);
    expect(faults[0]).toMatch(/^kws @nucleo-l4r5zi: /);
    expect([...files.keys()].filter(path => path.includes('/results/'))).toEqual([]);
  });

  test.each<[string, ExportedCase[], Partial<SubmissionOptions>, RegExp]>([
    [
      'that measured a model twice',
      [whole, { ...whole, suite: 'again' }],
      {},
      /nucleo-l4r5zi\/kws was measured by kws and again/,
    ],
    ['of ic2 without ic', [icCase('ic02')], {}, /ic2 counts only beside ic/],
    [
      'with energy that nobody measured',
      [whole],
      { wantsEnergy: true },
      /no energy was measured of nucleo-l4r5zi\/kws: run its build/,
    ],
    [
      'of a submitter that leaves its folder',
      [whole],
      { submitter: '../x' },
      /"..\/x" cannot be the submitter's folder/,
    ],
    ['of a system with a blank', [whole], { system: 'my board' }, /"my board" cannot be the system's folder/],
    ['of a system without facts', [whole], { facts: { Status: 'rdi' } }, /lack "Accelerator", .*"Software Notes"/],
    [
      'of an unknown status',
      [whole],
      { facts: { ...someFacts(), Status: 'soon' } },
      /"Status" is "soon": write one of available/,
    ],
    ['of another type of system', [whole], { facts: { ...someFacts(), system_type: 'edge' } }, /leave it out/],
  ])('%s', (_, cases, changed, fault) => {
    expect(submissionOf(cases, { ...options, ...changed }).faults).toEqual([expect.stringMatching(fault)]);
  });

  test('without any case', () => {
    expect(submissionOf([], options).faults).toEqual([expect.stringContaining('no case of it is of MLPerf Tiny')]);
  });

  test('with all its faults at once', () => {
    const bad = withManifest({ ...whole, status: 'broken' }, { vectors: { count: 3, sha256: 'x' } });
    expect(submissionOf([bad], { ...options, submitter: '' }).faults).toHaveLength(4);
  });
});

test('the open division takes any quality', () => {
  const poor = withSamples(kwsCase(), sample =>
    'results' in sample ? [{ ...sample, results: Array<string>(12).fill('0.083') }] : [sample],
  );
  const { faults, files } = submissionOf([poor], { ...options, division: 'open' });
  expect(faults).toEqual([]);
  expect(files.get('open/somebody/results/nucleo-l4r5zi/kws/accuracy/results.txt')).toContain('Top 1% = 8.4');
});

/** The smaller set; every second file is an anomaly. */
function adCase(cut = 196): RecordedCase {
  const files = benchmarks.ad01?.files[1] ?? 0;
  const vectors = { count: files * cut, sha256: 'b'.repeat(64) };
  const labels = Array.from({ length: vectors.count }, (_, vector) => Math.floor(vector / cut) % 2);
  const printed = labels.map((label, vector) => {
    const results = [label === 0 ? '3.5' : '12.25'];
    return { kind: 'printed', boot: 0, vector, results, lap0Us: 1, lap1Us: 2 } as const;
  });
  const whole = withManifest(kwsCase({ suite: 'ad' }), { vectors, mlperf: mlperfIdentity('ad01') });
  const windows = fiveWindows().map((window, index) => ({ ...window, vector: (cut + 3) * index, results: ['3.5'] }));
  return {
    ...whole,
    recording: { ...whole.recording, samples: [...printed, ...windows] },
    truth: {
      labels,
      sources: Array.from({ length: files }, (_, file) => ({ name: `file-${file}`, count: cut })),
    },
  };
}

function icCase(modelId: string): RecordedCase {
  const vectors = { count: 200, sha256: 'b'.repeat(64) };
  const labels = Array.from({ length: 200 }, (_, vector) => vector % 10);
  const whole = withManifest(kwsCase({ suite: 'ic', truth: { labels } }), { vectors, mlperf: mlperfIdentity(modelId) });
  return { ...whole, recording: { ...whole.recording, samples: [...icSamples(labels), ...fiveWindows(40)] } };
}
