import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { entryPoint } from '../entry.ts';

const { path, execArgv } = entryPoint('broker', import.meta.url);

test('a folder that has something else stays, with all that is in it', async () => {
  const folder = folderWith('thesis.txt');
  const broker = fork(path, [join(folder, 'broker')], { execArgv: [...execArgv] });
  broker.disconnect();
  expect(await codeOf(broker)).toBe(0);
  expect(existsSync(join(folder, 'thesis.txt'))).toBe(true);
});

test('its own folder goes with it', async () => {
  const folder = folderWith();
  const broker = fork(path, [join(folder, 'broker')], { execArgv: [...execArgv] });
  broker.disconnect();
  expect(await codeOf(broker)).toBe(0);
  expect(existsSync(folder)).toBe(false);
});

test('a person who starts it is told what to start instead, and loses nothing', async () => {
  const folder = folderWith('thesis.txt');
  const broker = spawn(process.execPath, [...execArgv, path, join(folder, 'thesis.txt')], { stdio: 'pipe' });
  let said = '';
  broker.stderr.on('data', (text: Buffer) => (said += text.toString()));
  expect(await codeOf(broker)).toBe(1);
  expect(said).toContain('npx tickmark run');
  expect(existsSync(join(folder, 'thesis.txt'))).toBe(true);
});

function folderWith(...files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-broker-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of files) writeFileSync(join(folder, file), 'years of work');
  return folder;
}

async function codeOf(child: ChildProcess): Promise<unknown> {
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}
