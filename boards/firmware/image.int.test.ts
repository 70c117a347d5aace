import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { missingTool } from '../../harness/fixtures/tools.ts';

const firmware = fileURLToPath(new URL('.', import.meta.url));
const compiler = spawnSync('arm-none-eabi-gcc', ['-dumpfullversion'], { encoding: 'utf8' });
const skipReason = missingTool(
  compiler.stdout?.trim() === '12.2.1',
  'needs Debian 12’s gcc-arm-none-eabi: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi',
);

test('the committed image is, byte for byte, what its sources build', ({ skip }) => {
  skip(skipReason !== undefined, skipReason);

  const { status, stdout, stderr } = spawnSync('make', ['-C', firmware, 'check'], { encoding: 'utf8' });

  expect({ status, output: stdout + stderr }).toMatchObject({ status: 0 });
});
