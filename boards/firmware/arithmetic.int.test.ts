// The arithmetic that Debian's library for Xtensa lacks, against this machine's: the same bits on every port.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { missingTool } from '../../harness/fixtures/tools.ts';

const firmware = fileURLToPath(new URL('.', import.meta.url));
const hasCompiler = ['make', 'cc'].every(tool => spawnSync(tool, ['--version']).status === 0);
const skipReason = missingTool(hasCompiler, 'no C compiler: install gcc and make');

test('sums, products, quotients and conversions round as IEEE 754 says', ({ skip }) => {
  skip(skipReason !== undefined, skipReason);
  const built = spawnSync('make', ['-C', firmware, 'arithmetic'], { encoding: 'utf8' });
  expect(built).toMatchObject({ status: 0 });

  const { status, stdout, stderr } = spawnSync(`${firmware}build/arithmetic-host`, { encoding: 'utf8' });

  expect({ status, stderr, stdout }).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/^\d{8,} results agree/),
  });
});
