import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aCase, aResults, aVerdict } from '../fixtures/results.ts';
import { reportedRun } from './publish.ts';
import { summaryMarkdown, summaryReporter } from './summary.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tickmark-summary-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('the headline counts every status', () => {
  expect(summaryMarkdown(aResults())).toMatch(/^# Tickmark: 1 broken, 1 failed, 1 inconclusive, 1 passed, 1 skipped\n/);
  expect(summaryMarkdown(aResults({ cases: [] }))).toMatch(/^# Tickmark: nothing was judged\n/);
});

test('a case is a line with its status in a word, and its figures with their basis', () => {
  expect(summaryMarkdown(aResults({ cases: [aCase()] }))).toContain(
    '| ✔ passed | fashion | rp2040js-pico | top-1 87.67 % | 371.3 kcycles | modelled-cycles | 9.8 KiB | 0 LSB | 12.4 s |',
  );
});

test('what was not measured is a dash, never a zero', () => {
  const broken = aCase({ status: 'broken', metrics: { vectors: 0 }, verdicts: [] });
  expect(summaryMarkdown(aResults({ cases: [broken] }))).toContain(
    '| rp2040js-pico | – | – | modelled-cycles | – | – |',
  );
});

test('it says once that emulated figures are not silicon, and never of silicon', () => {
  expect(summaryMarkdown(aResults()).match(/not silicon/g)).toHaveLength(1);
  const onSilicon = aCase({ provenance: { ...aCase().provenance, basis: 'silicon' } });
  expect(summaryMarkdown(aResults({ cases: [onSilicon] }))).not.toContain('not silicon');
});

test('what a board needed before it answered is listed, and where the figures come from names its unit, port and proof', () => {
  const { provenance } = aCase();
  const silicon = {
    ...provenance,
    basis: 'silicon',
    unit: 'E661',
    port: 'usb-1-1.4-0',
    proof: 'its build id',
  } as const;
  const flash = { boot: 0, step: 'flash', worked: true, ms: 8100, detail: 'openocd' } as const;
  const markdown = summaryMarkdown(aResults({ cases: [aCase({ provenance: silicon, rig: [flash] })] }));
  expect(markdown).toContain('## Boards\n\n- fashion on rp2040js-pico: flashed by openocd in 8.1 s\n');
  expect(markdown).toContain('unit E661 · usb-1-1.4-0 · proved by its build id');
  expect(summaryMarkdown(aResults())).not.toContain('## Boards');
});

test('names and reasons of others cannot change the page', () => {
  const reason = 'a | b\n# <img src=x> `code`';
  const markdown = summaryMarkdown(
    aResults({ cases: [aCase({ status: 'failed', verdicts: [aVerdict({ status: 'failed', reason })] })] }),
  );
  expect(markdown).toContain('a \\| b \\# \\<img src=x\\> \\`code\\`');
});

test('an interrupted run says so', () => {
  expect(summaryMarkdown(aResults({ run: { complete: false, interrupted: true } }))).toContain('**Interrupted:**');
});

test('the summary is a file, and is appended to the job page that GitHub names', async () => {
  const page = join(folder, 'step.md');
  await summaryReporter({ GITHUB_STEP_SUMMARY: page }).onEnd?.(reportedRun(folder, aResults()));
  expect(readFileSync(page, 'utf8')).toBe(readFileSync(join(folder, 'summary.md'), 'utf8'));
});

test('a job page is cut below the 1 MiB that GitHub refuses', async () => {
  const page = join(folder, 'step.md');
  const many = Array.from({ length: 2000 }, (_, index) =>
    aCase({ suite: `suite-${index}-${'x'.repeat(600)}`, status: 'failed' }),
  );
  await summaryReporter({ GITHUB_STEP_SUMMARY: page }).onEnd?.(reportedRun(folder, aResults({ cases: many })));
  const text = readFileSync(page);
  expect(text.length).toBeLessThanOrEqual(1024 ** 2);
  expect(text.subarray(-80).toString()).toContain('cut here: the whole summary is summary.md in the run folder)');
});

test('of many cases, those that passed are counted and not listed', () => {
  const cases = Array.from({ length: 250 }, (_, index) => aCase({ suite: `suite-${index}` }));
  const text = summaryMarkdown(aResults({ cases: [...cases, ...aResults().cases.slice(1)] }));
  expect(text).toContain('250 cases that passed are in the report');
  expect(text).not.toContain('suite-7');
  expect(text).toContain('| vibration-anomaly |');
});
