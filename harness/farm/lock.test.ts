import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Holder, holderHere, isAlive } from './holder.ts';
import { type LockOptions, lockPort, locksFolder } from './lock.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickmark-locks-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const never = new AbortController().signal;

function take(options: Partial<LockOptions> = {}, signal = never): Promise<Disposable> {
  const tenant = { command: 'tickmark run', pid: 4242 };
  return lockPort({ portId: 'usb-1/2', name: 'nucleo', tenant, folder, waitMs: 0, ...options }, signal);
}

/** What processes would have left that were told by these. */
async function leave(...holders: readonly Holder[]): Promise<string> {
  const lock = await take();
  const port = join(folder, readdirSync(folder)[0] ?? '');
  lock[Symbol.dispose]();
  mkdirSync(port);
  for (const [index, { pid, started, boot, space }] of holders.entries())
    writeFileSync(join(port, `${pid}.${started}.${boot}.${space}.abc${index}`), '{"command":"tickmark run"');
  return port;
}

test('a port is one process’s alone, until it is let go of', async () => {
  const first = await take();
  await expect(take()).rejects.toThrow(
    /^nucleo: is still held by tickmark run \(pid 4242\) since \d\d:\d\d, after 0 s/,
  );
  first[Symbol.dispose]();
  (await take())[Symbol.dispose]();
  expect(readdirSync(folder)).toEqual([]);
});

test('other ports are free, also when their names look alike in a file name', async () => {
  using _first = await take();
  using _second = await take({ portId: 'usb-1_2' });
  expect(readdirSync(folder)).toHaveLength(2);
});

test('what a process has left that is gone, or ran before the machine was started, holds nothing', async () => {
  const here = holderHere();
  const isAnothersNow = { ...here, started: '1' };
  const port = await leave(isAnothersNow, { ...here, pid: 0x3fff_ffff }, { ...here, boot: 'earlier' });
  using _lock = await take();
  expect(readdirSync(port)).toHaveLength(1);
});

test('one who cannot be looked at, in another container, holds a port; the fault says which file to remove', async () => {
  await leave({ ...holderHere(), pid: 1, space: '7' });
  await expect(take()).rejects.toThrow(/which another process holds.*remove .*\/1\.\w+\.\w+\.7\.abc0/s);
});

test('a process is told from one that had its number before', () => {
  const here = holderHere();
  expect(isAlive(here)).toBe(true);
  expect(isAlive({ ...here, started: '1' })).toBe(false);
});

test('waiting ends with the signal’s reason', async () => {
  using _first = await take();
  const abort = new AbortController();
  const waiting = take({ waitMs: 60_000, onWait: () => abort.abort(new Error('interrupted')) }, abort.signal);
  await expect(waiting).rejects.toThrow(/^interrupted$/);
});

test('where not everybody may write into /run/lock, as on Fedora and Arch, locks are below /tmp for all', () => {
  chmodSync(folder, 0o1777);
  expect(locksFolder(folder)).toBe(join(folder, 'tickmark'));
  chmodSync(folder, 0o755);
  expect(locksFolder(folder)).toBe('/tmp/tickmark-locks');
  expect(locksFolder(join(folder, 'none'))).toBe('/tmp/tickmark-locks');
});

test('folders are everybody’s, and their files their makers’', async () => {
  using _lock = await take({ folder: join(folder, 'new') });
  expect(statSync(join(folder, 'new')).mode & 0o7777).toBe(0o1777);
});
