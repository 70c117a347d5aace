import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import { noSocat, standingPty, temporaryFolder } from './fixtures/ptys.ts';
import { findProgram } from './program.ts';

const missing = noSocat ?? missingTool(findProgram('cc') !== undefined, 'no C compiler: install gcc');
const [source, program] = ['modem-lines.c', 'resets-by-lines.ts'].map(name =>
  fileURLToPath(new URL(`fixtures/${name}`, import.meta.url)),
);

describe.skipIf(missing !== undefined || process.platform !== 'linux')(
  `lines of a port (${missing ?? 'found'})`,
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
        const preload = join(folder, 'modem-lines.so');
        execFileSync('cc', ['-shared', '-fPIC', '-o', preload, source ?? '', '-ldl']);
        writeFileSync(log, '');
        // It boots when both lines are off after a reset, and says so.
        const board = await standingPty(
          `until tail -n 2 ${log} | tr '\\n' ' ' | grep -q '0 1 0 0'; do sleep 0.01; done; printf '!'; exec cat`,
        );
        const { stdout: said } = await promisify(execFile)(
          process.execPath,
          ['--import', 'tsx', program ?? '', board.path, lines],
          {
            env: { ...process.env, LD_PRELOAD: preload, LINES_LOG: log, LINES_BREAK: lineBreak },
            timeout: 30_000,
          },
        );
        expect(said).toMatch(/^!\n.* opened .*\n.* reset by DTR and RTS; 0 bytes from before it dropped\n$/);
        expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual(expected);
      },
    );
  },
);
