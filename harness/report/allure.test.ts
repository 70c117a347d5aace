import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestResult } from 'allure-js-commons';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aCase, aResults, aVerdict } from '../fixtures/results.ts';
import type { CaseResult } from '../verdict/result.ts';
import { allureCategories, allureReporter, allureResultsOf } from './allure.ts';
import { publishEnd, reportedRun } from './publish.ts';
import type { Results } from './results.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tickmark-allure-'))));
afterEach(() => rmSync(folder, { recursive: true }));

async function write(
  results: Results,
  options: { picturesBytes?: number; drawFirst?: RegExp } = {},
): Promise<TestResult[]> {
  const run = reportedRun(folder, results, options);
  await publishEnd([allureReporter(options.picturesBytes)], run);
  expect(run.notices).toEqual([]);
  return files('-result.json').map(name => JSON.parse(readFileSync(join(allureResultsOf(folder), name), 'utf8')));
}

async function writeOne(result: CaseResult): Promise<TestResult> {
  const [only] = await write(aResults({ cases: [result] }));
  if (!only) throw new Error('no test was written');
  return only;
}

function files(ending: string): string[] {
  return readdirSync(allureResultsOf(folder)).filter(name => name.endsWith(ending));
}

function written(name: string): string {
  return readFileSync(join(allureResultsOf(folder), name), 'utf8');
}

function everything(): string[][] {
  return files('').map(name => [name, written(name)]);
}

test('each status is Allure’s own; inconclusive has none there and stays without, which Allure calls unknown', async () => {
  const tests = await write(aResults());
  expect(Object.fromEntries(tests.map(({ name, status }) => [name, status]))).toEqual({
    'fashion on rp2040js-pico': 'passed',
    'vibration-anomaly on rp2040js-pico': 'failed',
    'keyword on rp2040js-pico': 'broken',
    'gesture on rp2040js-pico': undefined,
    'fashion on nucleo-l4r5zi': 'skipped',
  });
});

test('a verdict is a step with what was measured, its limit, margin and basis', async () => {
  const { steps } = await writeOne(aCase({ verdicts: [aVerdict()] }));
  expect(steps.map(step => step.name)).toEqual([
    'latency.modelled-cycles.p50: 371.2 kcycles, limit ≤ 400 kcycles, margin +7.2 %',
  ]);
  expect(Object.fromEntries(steps[0]?.parameters.map(({ name, value }) => [name, value]) ?? [])).toMatchObject({
    measured: '371.2 kcycles',
    limit: '≤ 400 kcycles',
    margin: '+7.2 %',
    basis: 'modelled-cycles',
  });
});

test('the message has the reason of every verdict that did not pass, the gravest first', async () => {
  const { statusDetails } = await writeOne(
    aCase({
      status: 'broken',
      verdicts: [
        aVerdict(),
        aVerdict({ budget: 'golden.maxDiffLsb', status: 'skipped', reason: 'not measured' }),
        aVerdict({ budget: 'rig.session', status: 'broken', reason: 'the port is gone' }),
      ],
    }),
  );
  expect(statusDetails.message).toBe('broken: rig.session: the port is gone\nskipped: golden.maxDiffLsb: not measured');
});

test('a case is found again in the next run, whatever was measured', async () => {
  const first = await writeOne(aCase());
  const later = aResults({
    run: { id: 'later' },
    cases: [aCase({ status: 'failed', verdicts: [aVerdict({ measured: 500_000 })] })],
  });
  const [second] = await write(later);
  expect(second?.historyId).toBe(first.historyId);
  expect(second?.uuid).not.toBe(first.uuid);
});

test('another target has a history of its own', async () => {
  const [first, second] = await write(aResults({ cases: [aCase(), aCase({ target: 'nucleo-l4r5zi' })] }));
  expect(first?.historyId).not.toBe(second?.historyId);
});

test('the same results write the same files', async () => {
  const results = aResults({ cases: [aCase()] });
  await write(results);
  const first = everything();
  await write(results);
  expect(everything()).toEqual(first);
});

test('what an earlier report left is gone', async () => {
  await write(aResults({ cases: [aCase(), aCase({ suite: 'keyword' })] }));
  await write(aResults({ cases: [aCase({ metrics: { vectors: 0 } })] }));
  expect([files('-result.json').length, files('attachment.svg').length]).toEqual([1, 1]);
});

test('everything measured is attached as a picture and as a table, each file named by one case alone', async () => {
  const tests = await write(aResults());
  const failed = tests.find(({ name }) => name === 'vibration-anomaly on rp2040js-pico');
  expect(failed?.attachments.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'Budgets image/svg+xml',
    'Latency image/svg+xml',
    'Latency of each inference text/csv',
    'Ticks by operator image/svg+xml',
    'Ticks by operator (table) text/csv',
    'Confusion matrix image/svg+xml',
    'Confusion matrix (table) text/csv',
    'Classes (table) text/csv',
    'First differing vectors image/svg+xml',
    'First differing vectors (table) text/csv',
  ]);
  const sources = tests.flatMap(({ attachments }) => attachments.map(({ source }) => source));
  expect(new Set(sources).size).toBe(sources.length);
});

test('where there is no room for every case’s pictures, the gravest have theirs, and the others say how to get them', async () => {
  const tests = await write(aResults(), { picturesBytes: 1 });
  const drawn = tests.filter(({ attachments }) => attachments.length > 0);
  expect(drawn.map(({ name }) => name)).toEqual(['keyword on rp2040js-pico']); // the broken one
  const passed = tests.find(({ name }) => name === 'fashion on rp2040js-pico');
  expect(passed?.descriptionHtml).toContain('tickmark report RUN --draw &#39;fashion @rp2040js-pico&#39;');
  expect(passed?.descriptionHtml).not.toContain('<table');
  expect(passed?.steps.map(({ parameters }) => parameters)).toEqual([[], [], [], []]);
});

test('a case whose pictures are asked for has them before any other', async () => {
  const tests = await write(aResults(), { picturesBytes: 1, drawFirst: /^fashion @rp2040js-pico$/ });
  const drawn = tests.filter(({ attachments }) => attachments.length > 0);
  expect(drawn.map(({ name }) => name)).toEqual(['fashion on rp2040js-pico']);
});

test('scores, their ROC curve and regressions are pictures and tables too, with every digit', async () => {
  const pair = { vector: 3, element: 0, expected: 0.1, actual: 0.123456789 };
  const point = { score: 0.5, falsePositiveRate: 0, truePositiveRate: 1 };
  const { attachments } = await writeOne(
    aCase({
      metrics: {
        vectors: 1,
        roc: { auc: 1, positives: 1, negatives: 1, points: [point] },
        regression: { mae: 0.02, rmse: 0.02, bias: 0.02, judged: 1, worst: pair, pairs: [pair] },
        anomaly: { score: 'output', inputs: 1, scores: [{ name: 'a.wav', windows: 5, label: 1, score: null }] },
      },
    }),
  );
  const texts = attachments.filter(({ type }) => type === 'text/csv').map(({ source }) => written(source));
  expect(attachments.map(({ name }) => name)).toEqual([
    'Budgets',
    ...['ROC curve', 'Predicted against true', 'Anomaly scores'].flatMap(name => [name, `${name} (table)`]),
  ]);
  expect(texts).toEqual([
    'score,false positive rate,true positive rate\n0.5,0,1\n',
    `vector,element,true,predicted,error\n3,0,0.1,0.123456789,${0.123456789 - 0.1}\n`,
    'input,label,windows,score\na.wav,anomalous,5,\n',
  ]);
});

test('what was not measured is not attached', async () => {
  const { attachments } = await writeOne(aCase({ metrics: { vectors: 0 } }));
  expect(attachments.map(({ name }) => name)).toEqual(['Budgets']);
});

test('a damaged recording costs the log, not the report', async () => {
  mkdirSync(join(folder, 'recordings'));
  writeFileSync(join(folder, 'recordings', 'wire.jsonl'), 'null\n{]\n');
  const { attachments } = await writeOne(aCase({ recording: 'recordings' }));
  expect(written(attachments.at(-1)?.source ?? '')).toMatch(/^The log cannot be read: /);
});

test("an emulator's log, its core and a snapshot come with a case that did not pass, and with no other", async () => {
  mkdirSync(join(folder, 'recordings'));
  const snapshot = Buffer.from([0, 255, 128, 10]);
  const evidence = ['Renode log', 'Core state', 'Snapshot'];
  for (const [name, content] of [
    ['wire.jsonl', ''],
    ['renode.log', `${'x'.repeat(100_000)} last words`],
    ['core.txt', 'PC=0x50000000\n'],
    ['snapshot.save', snapshot],
  ] as const)
    writeFileSync(join(folder, 'recordings', name), content);
  const evidenceOf = async (status: 'passed' | 'broken') =>
    (await writeOne(aCase({ status, recording: 'recordings' }))).attachments.filter(({ name }) =>
      evidence.includes(name),
    );
  expect(await evidenceOf('passed')).toEqual([]);
  const [log, core, saved] = await evidenceOf('broken');
  expect(written(log?.source ?? '')).toMatch(/^x{65525} last words$/);
  expect(written(core?.source ?? '')).toBe('PC=0x50000000\n');
  expect(readFileSync(join(allureResultsOf(folder), saved?.source ?? ''))).toEqual(snapshot);
});

test('the run, its emulators and runtimes are the environment', async () => {
  await write(aResults());
  expect(written('environment.properties')).toContain('emulators=rp2040js 1.4.1');
  expect(written('environment.properties')).toContain('runtimes=tickmark-ref 0.1.0');
});

test('categories keep firmware faults, rig faults, doubt and absence apart', async () => {
  const tests = await write(aResults());
  const namesOf = (status: string | undefined) => {
    const message = tests.find(each => each.status === status)?.statusDetails.message ?? '';
    return allureCategories()
      .filter(({ matchedStatuses }) => matchedStatuses?.map(String).includes(status ?? 'unknown'))
      .filter(({ messageRegex }) => messageRegex === undefined || new RegExp(`^${String(messageRegex)}$`).test(message))
      .map(({ name }) => name);
  };
  expect(namesOf('failed')).toEqual([
    'Firmware fault: several kinds of budgets',
    'Firmware fault: outputs differ from the golden',
    'Firmware fault: latency',
  ]);
  expect(namesOf('broken')).toEqual(['Rig fault: not the firmware']);
  expect(namesOf(undefined)).toEqual(['Inconclusive: not enough evidence']);
  expect(namesOf('skipped')).toEqual(['Not measured']);
});

test('markup in names and reasons is text in the description', async () => {
  const hostile = aCase({ warnings: ['<script>alert(1)</script>'], verdicts: [aVerdict({ budget: '<img src=x>' })] });
  const { descriptionHtml } = await writeOne(hostile);
  expect(descriptionHtml).toContain('&lt;script&gt;');
  expect(descriptionHtml).not.toContain('<img');
});

test('a cell that a spreadsheet would run is text', async () => {
  const { attachments } = await writeOne(
    aCase({ metrics: { vectors: 1, operators: [{ index: 0, name: '=HYPERLINK("x"),1', ticks: 4 }] } }),
  );
  const source = attachments.find(({ type }) => type === 'text/csv')?.source ?? '';
  expect(written(source)).toContain(`"'=HYPERLINK(""x""),1"`);
});
