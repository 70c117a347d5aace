import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { NotInstalled, TargetError } from '../errors.ts';
import { missingTool } from '../fixtures/tools.ts';
import { isGone, until } from '../runner/fixtures/processes.ts';
import { fakeTools, keptLog } from './fixtures/fake-tools.ts';
import { findTool, missingTool as missing, mustRun, runTool, type Tool } from './tool.ts';
import { lineSplitter } from './tool-output.ts';

const tool: Tool = {
  name: 'fake',
  programs: ['fake-new', 'fake'],
  howToGet: 'apt-get install fake',
  failures: [
    { says: /no probe/, fix: 'plug it in' },
    { says: /trouble/, fix: 'find the trouble' },
    { says: /skipped what it had to do/, fix: 'give it something else', whatever: true },
  ],
};
const never = new AbortController().signal;
const soon = { args: ['flash', 'a b'], timeoutMs: 20_000 };

test('a tool that is not installed says how to get it, before and when it is used', async () => {
  fakeTools();
  expect(await missing(tool)).toBe('fake is not installed: apt-get install fake');
  await expect(runTool(tool, soon, keptLog(), never)).rejects.toThrow(NotInstalled);
});

test('the first of its names that is installed is run, with its arguments as they are, and all it says is in the log', async () => {
  const tools = fakeTools();
  tools.put(
    'fake',
    `console.log('done'); console.error('with \\x1b[31mcolour\\x1b[0m'); process.stdout.write('10 %\\r20 %\\r\\n');`,
  );
  const io = keptLog();
  const end = await mustRun(tool, { args: ["$(reboot); 'x' | y", '*'], timeoutMs: 20_000 }, io, never);
  expect(end.isSuccess).toBe(true);
  expect(tools.calls()).toMatchObject([{ program: 'fake', args: ["$(reboot); 'x' | y", '*'] }]);
  expect(io.lines[0]).toBe(String.raw`$ fake '$(reboot); '\''x'\'' | y' '*'`);
  expect([...io.lines].sort()).toEqual([io.lines[0], '20 %', 'done', 'with colour'].sort());
});

test('a failure has its exit code, its last lines, and what is known to help', async () => {
  const tools = fakeTools();
  tools.put('fake', `console.error('Error: trouble'); console.error('Error: no probe'); process.exitCode = 3;`);
  const failed = mustRun(tool, soon, keptLog(), never);
  await expect(failed).rejects.toThrow(TargetError);
  await expect(failed).rejects.toThrow(
    'fake: failed (exit code 3):\n    Error: trouble\n    Error: no probe\n  → plug it in',
  );
});

test('a failure that nobody knows comes with the command to try by hand', async () => {
  const tools = fakeTools();
  tools.put('fake', 'process.exitCode = 1;');
  await expect(mustRun(tool, soon, keptLog(), never)).rejects.toThrow(
    "failed (exit code 1), and said nothing\n  → see what it does by hand: fake flash 'a b'",
  );
});

test('what a tool only says, and does not tell by its exit code, is a failure where that is known of it', async () => {
  const tools = fakeTools();
  tools.put('fake', `console.log('Warn: skipped what it had to do');`);
  await expect(mustRun(tool, soon, keptLog(), never)).rejects.toThrow('give it something else');
});

test('one that takes too long is ended, even when it does not want to', async () => {
  const tools = fakeTools();
  tools.put(
    'fake',
    `process.on('SIGTERM', () => {}); console.log(process.pid, 'writing'); setInterval(() => {}, 1000);`,
  );
  const io = keptLog();
  await expect(runTool(tool, { ...soon, timeoutMs: 1_500 }, io, never)).rejects.toThrow(
    /fake: was still at work after 1\.5 s, and was ended:\n {4}\d+ writing/,
  );
  expect(isGone(Number.parseInt(io.lines[1] ?? '', 10))).toBe(true);
});

test('an abort ends it and all that it has started, and is the reason', async () => {
  const tools = fakeTools();
  const pids = join(tools.folder, 'pids');
  tools.put(
    'fake',
    `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
     writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid); setInterval(() => {}, 1000);`,
  );
  const stop = new AbortController();
  const running = runTool(tool, soon, keptLog(), stop.signal);
  const seen = () => tools.calls().length > 0 && readFileSync(pids, 'utf8').includes(' ');
  await until(() => {
    try {
      return seen();
    } catch {
      return false;
    }
  }, 10_000);
  stop.abort(new Error('Ctrl-C'));
  await expect(running).rejects.toThrow('Ctrl-C');
  for (const pid of readFileSync(pids, 'utf8').split(' ')) expect(isGone(Number(pid))).toBe(true);
  await expect(runTool(tool, soon, keptLog(), stop.signal)).rejects.toThrow('Ctrl-C');
});

const noSetpriv = missingTool(findTool({ programs: ['setpriv'] }) !== undefined, 'apt-get install util-linux');

test.skipIf(noSetpriv !== undefined)('a tool does not outlive a run that is killed', async () => {
  const tools = fakeTools();
  tools.put('fake', `console.log('tool ' + process.pid); setInterval(() => {}, 1000);`);
  const fixture = fileURLToPath(new URL('fixtures/keeps-tool-running.ts', import.meta.url));
  const parent = spawn(process.execPath, ['--import', 'tsx', fixture, join(tools.folder, 'fake')]);
  const pid = await new Promise<number>(resolve => {
    parent.stdout.setEncoding('utf8').on('data', (text: string) => {
      const [, told] = /tool (\d+)/.exec(text) ?? [];
      if (told !== undefined) resolve(Number(told));
    });
  });
  expect(isGone(pid)).toBe(false);
  parent.kill('SIGKILL');
  expect(await until(() => isGone(pid), 5_000)).toBe(true);
});

test('what a tool leaves behind does not keep the run waiting, and is ended', async () => {
  const tools = fakeTools();
  tools.put(
    'fake',
    `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
     child.unref(); console.log(child.pid); process.exit(0);`,
  );
  const io = keptLog();
  expect((await runTool(tool, soon, io, never)).isSuccess).toBe(true);
  expect(await until(() => isGone(Number.parseInt(io.lines[1] ?? '', 10)), 2_000)).toBe(true);
});

test.each([
  [
    'without an end of line',
    `const part = 'é'.repeat(64 << 10); for (let n = 0; n < 80; n++) process.stdout.write(part);`,
  ],
  ['in lines', `const part = 'babble\\n'.repeat(16 << 10); for (let n = 0; n < 100; n++) process.stdout.write(part);`],
])('10 MB %s fill neither the log nor the memory', async (_, body) => {
  const tools = fakeTools();
  tools.put('fake', `${body} process.stdout.write('\\nno probe\\n'); process.exitCode = 1;`);
  const io = keptLog();
  await expect(mustRun(tool, soon, io, never)).rejects.toThrow('plug it in');
  expect(io.lines.length).toBeLessThan(2_010);
  expect(io.lines.join('').length).toBeLessThan(2_010 * 510);
});

test('a program that cannot be started is told as that', async () => {
  const tools = fakeTools();
  tools.put('fake', '');
  await expect(runTool(tool, { ...soon, args: ['\0'] }, keptLog(), never)).rejects.toThrow('fake: did not start');
});

test('a line that never ends is cut, and takes no memory', () => {
  const lines: string[] = [];
  const splitter = lineSplitter(line => lines.push(line));
  const piece = 'x'.repeat(64 << 20); // nine of them are more than a string can be
  for (let pieces = 0; pieces < 9; pieces++) splitter.push(piece);
  splitter.flush();
  expect(lines.map(line => line.length)).toEqual([501]);
});
