import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockPort } from './lock.ts';

const program = fileURLToPath(new URL('fixtures/tenant.ts', import.meta.url));
let folder = '';
let children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickmark-locks-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const locks = () => join(folder, 'locks');
const log = () => join(folder, 'log');
const noted = () => (existsSync(log()) ? readFileSync(log(), 'utf8').trim().split('\n') : []);

function tenant(times: number, end: 'lives' | 'dies' | 'stays'): ChildProcess {
  const args = ['--import', 'tsx', program, locks(), log(), String(times), end];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  children = [...children, child];
  return child;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setTimeout(10);
}

test('of many processes one has a port at a time, though half of them are killed while they have it', async () => {
  const many = Array.from({ length: 8 }, (_, index) => tenant(12, index % 2 ? 'dies' : 'lives'));
  await Promise.all(many.map(child => once(child, 'exit')));
  const seen = noted();
  expect(seen).toHaveLength(8 * 12 * 2);
  for (let at = 0; at < seen.length; at += 2) {
    const [what, pid] = seen[at]?.split(' ') ?? [];
    expect([what, seen[at + 1]]).toEqual(['in', `out ${pid}`]);
  }
}, 60_000);

test('a holder that is killed frees the port at once, and who waits is told of it first', async () => {
  const holder = tenant(1, 'stays');
  await until(() => noted().length > 0);
  const waits: string[] = [];
  const options = { portId: 'usb-1', name: 'nucleo', tenant: { command: 'tickmark run', pid: 1 }, folder: locks() };
  const taken = lockPort({ ...options, onWait: what => waits.push(what) }, AbortSignal.timeout(20_000));
  await until(() => waits.length > 0);
  expect(waits).toEqual([
    expect.stringMatching(`waits for nucleo, held by tickmark run \\(pid ${holder.pid}\\) since \\d\\d:\\d\\d`),
  ]);
  holder.kill('SIGKILL');
  (await taken)[Symbol.dispose]();
  expect(readdirSync(locks())).toEqual([]);
}, 30_000);
