import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { missingTool } from '../../harness/fixtures/tools.ts';

const firmware = fileURLToPath(new URL('.', import.meta.url));

/** Debian 12's, by what `-dumpfullversion` says. */
const compilers = {
  'arm-none-eabi-gcc': '12.2.1',
  'riscv64-unknown-elf-gcc': '12.2.0',
  'xtensa-lx106-elf-gcc': '12.2.0',
};
const skipReason = missingTool(
  Object.entries(compilers).every(([compiler, version]) => versionOf(compiler) === version),
  'needs Debian 12’s compilers: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi gcc-riscv64-unknown-elf gcc-xtensa-lx106',
);

test('the committed images are, byte for byte, what their sources build', ({ skip }) => {
  skip(skipReason !== undefined, skipReason);

  const { status, stdout, stderr } = spawnSync('make', ['-C', firmware, 'check'], { encoding: 'utf8' });

  expect({ status, output: stdout + stderr }).toMatchObject({ status: 0 });
});

function versionOf(compiler: string): string | undefined {
  return spawnSync(compiler, ['-dumpfullversion'], { encoding: 'utf8' }).stdout?.trim();
}
