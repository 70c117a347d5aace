import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { vibration } from './fixtures/vibration.ts';
import { measureSuite } from './measured.ts';

const { signal } = new AbortController();
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickmark-measured-'));
  vi.stubEnv('PATH', folder); // so that QEMU is not found, wherever this runs
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test.each([
  { isRequired: true, status: 'broken' },
  { isRequired: false, status: 'skipped' },
])('a target that is not installed is $status when required is $isRequired', async ({ isRequired, status }) => {
  const wanted = { suite: vibration.suite.file, target: 'qemu-mps2-an386', isRequired };
  const measured = await measureSuite(wanted, join(folder, 'run'), signal);
  expect(measured.status).toBe(status);
  expect(measured.judge('memory.arena', '<= 1 MiB').status).not.toBe('passed');
  expect(() => measured.judge('accuracy.mae', '<= 1')).toThrow('mae is a figure of regression tasks');
});
