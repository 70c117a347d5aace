import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aResults } from '../fixtures/results.ts';
import { missingTool } from '../fixtures/tools.ts';
import { allureReporter } from './allure.ts';
import { remoteLoads } from './analytics.ts';
import { generateReport, htmlReporter } from './generate.ts';
import { allure3, allureCommandline, type Generator, generatorHere } from './generators.ts';
import { historyFile, restoreHistory } from './history.ts';
import { jsonReporter } from './json.ts';
import { publishEnd, reportedRun } from './publish.ts';

const signal = AbortSignal.timeout(120_000);
const here = await generatorHere(process.env, signal);
const hasJava = here.name.startsWith('allure-commandline');
missingTool(hasJava, 'no Java runtime: apt-get install default-jre-headless');

let out = '';
beforeAll(() => (out = mkdtempSync(join(tmpdir(), 'tickmark-html-'))));
afterAll(() => rmSync(out, { recursive: true }));

let started = 0;

async function report(id: string, generator: Generator) {
  const folder = join(out, id);
  mkdirSync(folder);
  const results = aResults({ run: { id, startedAt: new Date(started++).toISOString() } });
  const run = reportedRun(folder, results);
  await publishEnd([jsonReporter(), allureReporter(), htmlReporter(async () => generator, signal)], run);
  return { folder, run, page: () => readFileSync(join(folder, 'allure-report', 'index.html'), 'utf8') };
}

const generators = [
  { name: 'allure-commandline', make: () => allureCommandline('java', process.env), skip: !hasJava },
  { name: 'allure', make: () => allure3(process.env), skip: false },
];

for (const { name, make, skip } of generators) {
  test.skipIf(skip)(`${name} makes one page that loads nothing from elsewhere, and is named`, async () => {
    const { folder, run, page } = await report(`${name}-1`, make());
    const title = run.notices.map(notice => (notice.kind === 'report' ? notice.title : notice.text));
    expect(title).toEqual([expect.stringMatching(new RegExp(`^Allure report, made by ${name} \\d+\\.\\d+\\.\\d+$`))]);
    expect(remoteLoads(page())).toEqual([]);
    expect(page().length).toBeGreaterThan(1_000_000);
    expect(readdirSync(folder).filter(entry => entry.startsWith('.'))).toEqual([]);
  });
}

test.skipIf(!hasJava)('allure-commandline goes on with the history of the run before', async () => {
  const generator = allureCommandline('java', process.env);
  await report('java-1', generator);
  const { folder } = await report('java-2', generator);
  restoreHistory(join(folder, 'allure-report'), join(out, 'restored'), 20);
  const trend: unknown[] = JSON.parse(readFileSync(join(out, 'restored', 'history', 'history-trend.json'), 'utf8'));
  expect(trend.length).toBeGreaterThanOrEqual(2);
});

test('allure goes on with the history of the run before', async () => {
  await report('node-1', allure3(process.env));
  const { folder } = await report('node-2', allure3(process.env));
  const lines = readFileSync(join(folder, 'allure-report', historyFile), 'utf8')
    .trim()
    .split('\n');
  expect(lines.length).toBeGreaterThanOrEqual(2);
});

test('a generator that fails is a warning, and the report before it stays', async () => {
  const { folder, page } = await report('kept', allure3(process.env));
  const before = page();
  const run = reportedRun(folder, aResults());
  const absent = allureCommandline(join(out, 'no-java-here'), process.env);
  await publishEnd([htmlReporter(async () => absent, signal)], run);
  expect(run.notices).toEqual([
    { kind: 'warning', text: expect.stringMatching(/allure-commandline .*ENOENT[\s\S]*tickmark report/) },
  ]);
  expect(page()).toBe(before);
});

test('an interruption ends the generator and throws its reason', async () => {
  const { folder } = await report('stopped', allure3(process.env));
  const stop = AbortSignal.abort(new Error('Ctrl-C'));
  await expect(generateReport(folder, allure3(process.env), stop)).rejects.toThrow('Ctrl-C');
});

test('without a Java runtime allure 3 is taken', async () => {
  const generator = await generatorHere({ ...process.env, JAVA_HOME: join(out, 'no-jdk') }, signal);
  expect(generator.name).toMatch(/^allure 3\./);
});
