import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import { kept, noSocat, standingPty, temporaryFolder } from './fixtures/ptys.ts';
import { findProgram } from './program.ts';

const hasTools = ['cc', 'perl'].every(tool => findProgram(tool) !== undefined);
const missing = noSocat ?? missingTool(hasTools, 'apt-get install gcc libc6-dev perl');
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

describe.skipIf(missing !== undefined || process.platform !== 'linux')(
  `what pseudo-terminals do not have (${missing ?? 'found'})`,
  () => {
    test.each([
      ['esp32', 'known', ['0 1', '0 0']],
      ['esp32', 'refused', ['0 1', '0 0']],
      ['esp32-usb-jtag', 'known', ['0 0', '0 1', '0 0']],
      ['esp32-usb-jtag', 'refused', ['0 0', '0 1', '0 0']],
    ] as const)(
      '%s is reset into its application, on a port where a break is %s',
      async (lines, lineBreak, expected) => {
        const folder = temporaryFolder();
        const log = join(folder, 'lines');
        const preload = library('modem-lines.c');
        writeFileSync(log, '');
        // It boots when both lines are off after a reset, and says so.
        const board = await standingPty(
          `until tail -n 2 ${log} | tr '\\n' ' ' | grep -q '0 1 0 0'; do sleep 0.01; done; printf '!'; exec cat`,
        );
        const { stdout: said } = await promisify(execFile)(
          process.execPath,
          ['--import', 'tsx', fixture('resets-by-lines.ts'), board.path, lines],
          {
            env: { ...process.env, LD_PRELOAD: preload, LINES_LOG: log, LINES_BREAK: lineBreak },
            timeout: 30_000,
          },
        );
        expect(said).toMatch(/^!\n.* opened .*\n.* reset by DTR and RTS; 0 bytes from before it dropped\n$/);
        expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual(expected);
      },
    );

    test('a port that was pulled out in the middle of a read, and reads as empty for ever, is lost all the same', async () => {
      const [hungUp, unseen] = ['hung-up', 'unseen'].map(name => join(temporaryFolder(), name)) as [string, string];
      writeFileSync(unseen, '');
      const board = await standingPty('while printf x; do sleep 0.01; done');
      const reader = spawn(process.execPath, ['--import', 'tsx', fixture('reads-port.ts'), board.path], {
        env: { ...process.env, LD_PRELOAD: library('hung-up-tty.c'), HUNG_UP: hungUp, HUNG_UP_SEEN: unseen },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      kept(reader);
      const said = createInterface({ input: reader.stdout })[Symbol.asyncIterator]();
      expect(await said.next()).toMatchObject({ value: 'heard' });
      writeFileSync(hungUp, '');
      await expect.poll(() => existsSync(unseen)).toBe(false);
      await board.pull();
      expect((await said.next()).value).toMatch(/^TargetError: board: \S+ vanished$/);
    });
  },
);

/** What is preloaded, built from its source. */
function library(source: string): string {
  const file = join(temporaryFolder(), 'preload.so');
  execFileSync('cc', ['-shared', '-fPIC', '-o', file, fixture(source), '-ldl']);
  return file;
}
