import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const firmware = fileURLToPath(new URL('.', import.meta.url));
const compiler = spawnSync('arm-none-eabi-gcc', ['-dumpfullversion'], { encoding: 'utf8' });

test('the committed image is, byte for byte, what its sources build', ({ skip }) => {
  skip(compiler.stdout?.trim() !== '12.2.1', 'needs Debian 12’s gcc-arm-none-eabi: apt-get install gcc-arm-none-eabi');

  const { status, stdout, stderr } = spawnSync('make', ['-C', firmware, 'check'], { encoding: 'utf8' });

  expect({ status, output: stdout + stderr }).toMatchObject({ status: 0 });
});
