import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { aCase } from '../fixtures/results.ts';
import type { LogMetrics } from '../verdict/result.ts';
import { attachmentsOf } from './attachments.ts';
import { caseLines } from './console.ts';
import { descriptionHtml } from './description.ts';
import { paintFor } from './paint.ts';

const folder = mkdtempSync(join(tmpdir(), 'tickmark-log-report-'));
afterAll(() => rmSync(folder, { recursive: true }));

const figure = {
  count: 3,
  min: 900,
  median: 1000,
  p90: 1200,
  p99: 1200,
  max: 1200,
  mean: 1033.3,
  last: 1000,
  sum: 3100,
};
const log: LogMetrics = {
  lines: 12,
  bytes: 400,
  failures: 1,
  warnings: 0,
  figures: [{ name: 'inference_ticks', unit: 'ticks', ...figure }],
  facts: { app_version: '1.4.2 <b>' },
};
const { latency: _latency, ...others } = aCase().metrics;
const result = aCase({ status: 'failed', metrics: { ...others, log }, recording: 'recordings/a@b' });

test('a log is attached as it came, its dump whole, its figures as a table', () => {
  mkdirSync(join(folder, 'recordings/a@b'), { recursive: true });
  writeFileSync(join(folder, 'recordings/a@b/log.txt'), '\u001b[32mhello\u001b[0m\nHardFault pc=0x42\n');
  writeFileSync(join(folder, 'recordings/a@b/crash.txt'), 'HardFault pc=0x42\n');
  const attached = new Map(attachmentsOf(result, folder).map(({ name, content }) => [name, String(content)]));
  expect(attached.get('Log')).toContain('HardFault pc=0x42');
  expect(attached.get('Crash dump')).toBe('HardFault pc=0x42\n');
  expect(attached.get('Figures of the log')).toBe(
    'figure,unit,count,min,median,p90,p99,max,mean,last\ninference_ticks,ticks,3,900,1000,1200,1200,1200,1033.3,1000\n',
  );
});

test('the case’s page lists what the log told, and who said it', () => {
  const html = descriptionHtml(result);
  expect(html).toContain('inference_ticks: median 1 kticks, 900 ticks to 1.2 kticks, 3 times');
  expect(html).toContain('app_version: 1.4.2 &lt;b&gt;');
});

test('the terminal shows a figure where there is no latency', () => {
  const [head = ''] = caseLines(result, paintFor({ isTTY: false, write: () => true }, {}));
  expect(head).toContain('inference_ticks 1 kticks');
});
