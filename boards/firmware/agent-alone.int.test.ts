// The agent as a user takes it: its own folder and nothing else, into firmware of their own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { missingTool } from '../../harness/fixtures/tools.ts';

const agent = fileURLToPath(new URL('agent/', import.meta.url));
const sources = readdirSync(agent).filter(name => name.endsWith('.c'));
const build = mkdtempSync(join(tmpdir(), 'tickmark-agent-'));
afterAll(() => rmSync(build, { recursive: true }));

const strict = ['-std=c99', '-Wall', '-Wextra', '-pedantic', '-Werror', '-Os', '-ffreestanding'];

test.for([
  { compiler: 'cc', flags: ['-O2'] },
  { compiler: 'arm-none-eabi-gcc', flags: ['-mcpu=cortex-m0plus', '-mthumb'] },
  { compiler: 'arm-none-eabi-gcc', flags: ['-mcpu=cortex-m4', '-mthumb'] },
])(
  'it is strict C99 by $compiler $flags, and asks for no heap and no operating system',
  ({ compiler, flags }, { skip }) => {
    const why = missing(compiler);
    skip(why !== undefined, why);
    const object = join(build, 'agent.o');
    const inputs = sources.map(name => join(agent, name));

    expect(run(compiler, [...strict, ...flags, '-r', '-nostdlib', ...inputs, '-o', object])).toBe('');

    const wanted = run(compiler.replace(/(gcc|cc)$/, 'nm'), ['-u', object]).match(/\w+$/gm) ?? [];
    const ofCompilers = /^(__aeabi_\w+|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail)$/;
    expect(wanted.filter(name => !ofCompilers.test(name)).sort()).toEqual(['memcmp', 'memcpy', 'strlen']);
  },
);

test.each([31, 65_536])('it refuses frames of %i bytes when it is compiled', bytes => {
  const flags = ['-std=c99', '-fsyntax-only', `-DTICKMARK_MAX_PAYLOAD=${bytes}`];
  expect(run('cc', [...flags, join(agent, 'tickmark_dut.c')])).toContain('from 32, the answer to PROVE, to 65535');
});

test('its header serves C++ as well', ({ skip }) => {
  const why = missing('c++');
  skip(why !== undefined, why);
  const flags = ['-std=c++17', '-Wall', '-Wextra', '-pedantic', '-Werror', '-fsyntax-only', '-x', 'c++'];
  expect(run('c++', [...flags, join(agent, 'tickmark_dut.h')])).toMatch(/^$|#pragma once in main file/);
});

function missing(compiler: string): string | undefined {
  const { status } = spawnSync(compiler, ['--version']);
  return missingTool(status === 0, `needs ${compiler}: apt-get install build-essential gcc-arm-none-eabi`);
}

function run(command: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return (stdout + stderr).trim();
}
