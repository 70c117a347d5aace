import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aCase, aResults } from '../fixtures/results.ts';
import { writeResults } from '../report/json.ts';
import { createProject } from '../runner/fixtures/project.ts';

test('for scripts, it says what was written and what the run ended with; the results stay as they were', async () => {
  using project = createProject();
  writeResults({ folder: join(project.folder, 'run'), results: aResults() });
  const before = project.read('run/results.json');
  const { code, stdout } = await project.run('report', 'run', '--json');
  expect(code).toBe(0);
  const said = JSON.parse(stdout) as Record<string, string>;
  expect(said).toMatchObject({ exitCode: 1, warnings: [], cases: { broken: 1, failed: 1, passed: 1 } });
  for (const artefact of ['results', 'junit', 'summary', 'allureReport'])
    expect(project.read(said[artefact]?.slice(project.folder.length + 1) ?? '')).not.toBe('');
  expect(project.read('run/results.json')).toBe(before);
});

test('without a run it takes the one that started last, whatever its folder is named', async () => {
  using project = createProject();
  for (const [name, suite, startedAt] of [
    ['b', 'older', '2026-01-01T00:00:00.000Z'],
    ['a', 'newer', '2026-01-02T00:00:00.000Z'],
  ] as const)
    writeResults({
      folder: join(project.folder, 'reports', 'out', name),
      results: aResults({ run: { startedAt }, cases: [aCase({ suite })] }),
    });
  const { code, stdout } = await project.run('report');
  expect([code, stdout]).toEqual([0, expect.stringContaining('newer on rp2040js-pico')]);
});

test('a report that could not be made is exit code 3', async () => {
  using project = createProject();
  const folder = join(project.folder, 'run');
  writeResults({ folder, results: aResults() });
  mkdirSync(join(folder, 'junit.xml'));
  const { code, stdout } = await project.run('report', 'run');
  expect([code, stdout]).toEqual([3, expect.stringContaining('the JUnit report was not written')]);
});
