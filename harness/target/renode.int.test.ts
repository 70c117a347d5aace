import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { InputError, NotInstalled, TargetError } from '../errors.ts';
import { untestableHere } from '../fixtures/tools.ts';
import { firmwareFile, mps2, type Program, stm32f4 } from './fixtures/firmware.ts';
import { computing, echo, lockingUp, napping, polling, running } from './fixtures/stm32f4-programs.ts';
import type { Link } from './port.ts';
import { findProgram } from './program.ts';
import { renodeTarget } from './renode.ts';
import { missingRenode } from './renode-program.ts';
import { read, testTarget } from './target.contract.ts';

// A temporary folder of its own: other Renodes may be at work on this machine.
const ownTemporary = mkdtempSync(join(tmpdir(), 'tickmark-int-'));
process.env.TMPDIR = ownTemporary;
afterAll(() => rmSync(ownTemporary, { recursive: true }));

const { signal } = new AbortController();
const platforms = join(import.meta.dirname, '..', '..', 'renode');
const platform = join(platforms, 'stm32f4_discovery.repl');
const board = { name: 'renode-stm32f4', platform, uart: 'usart2', clockHz: 168_000_000 } as const;
const skipReason = untestableHere(missingRenode());
const target = await renodeTarget(board, signal);

describe.skipIf(skipReason !== undefined)(`Renode (${skipReason ?? 'found'})`, { timeout: 120_000 }, () => {
  testTarget({
    target: () => target,
    image: () => firmwareFile(echo, stm32f4),
    ramAddress: 0x2000_0100,
    flashAddress: 0x0808_0000,
    openResources: () => renodesOf(process.pid).length + foldersLeft(),
  });

  test('names the emulator and its version', () => {
    expect(target.emulator).toMatch(/^Renode \d+\.\d+\.\d+$/);
  });

  test('echoes all 256 bytes, in order, also at once', async () => {
    await using link = await open(echo);
    const bytes = Uint8Array.from({ length: 1024 }, (_, at) => at & 0xff);
    await link.write(bytes);
    expect(await read(link, 1025)).toBe(`!${Buffer.from(bytes).toString('latin1')}`);
  });

  test('two runs execute the same instructions, whatever the host does meanwhile', async () => {
    const first = await instructionsOfEcho(0);
    expect(first).toBeGreaterThan(50);
    expect(await instructionsOfEcho(700)).toBe(first);
  });

  test('has its memory at the back door, also while the core computes, and nothing else', async () => {
    await using link = await open(computing);
    await read(link, 1);
    const long = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7) & 0xff);
    for (const end of [0x2002_0000, 0x0810_0000]) {
      await link.memory?.write(end - long.length, long);
      expect(await link.memory?.read(end - long.length + 1, long.length - 1)).toEqual(Buffer.from(long.subarray(1)));
      await expect(link.memory?.read(end - 7, 8)).rejects.toThrow(/no memory at 0x\w+, 8 bytes/);
    }
    await expect(link.memory?.write(0x4000_4400, Uint8Array.of(1))).rejects.toThrow(TargetError);
  });

  test('a core that never sleeps is given its input as well', async () => {
    await using link = await open(polling);
    await link.write(Buffer.from('abc'));
    expect(await read(link, 4)).toBe('!abc');
  });

  test('a core that sleeps until a timer wakes it does wake, with nobody asking it to', async () => {
    await using link = await open(napping);
    expect(await read(link, 3)).toBe('ttt');
  });

  test('a core that leaves memory is told with the place, and ends everything', async () => {
    await using link = await open(running);
    expect(await read(link, 1)).toBe('r');
    const loss = await read(link, 2).catch((error: unknown) => error);
    expect(loss).toBeInstanceOf(TargetError);
    expect(String(loss)).toContain(
      'the core stopped at pc=0x50000000: Trying to execute code outside RAM or ROM at 0x50000000',
    );
    await expect(link.write(Uint8Array.of(1))).rejects.toBe(loss);
    await expect(link.memory?.read(0x2000_0000, 4)).rejects.toBe(loss);
  });

  test('a core that faults in the handler of its fault is told', async () => {
    await using link = await open(lockingUp);
    const loss = await read(link, 1).catch((error: unknown) => error);
    expect(String(loss)).toContain('the core stopped at pc=0x00000000: Trying to execute code outside RAM or ROM');
  });

  test('a Renode that is killed ends the bytes and everything else with the reason', async () => {
    await using link = await open(echo);
    await read(link, 1);
    for (const pid of renodesOf(process.pid)) process.kill(pid, 'SIGKILL');
    const loss = await read(link, 1).catch((error: unknown) => error);
    expect(String(loss)).toContain('Renode was ended by SIGKILL, without a word');
    await expect(link.memory?.read(0x2000_0000, 4)).rejects.toThrow(TargetError);
  });

  test('leaves its log and the state of the core, and a snapshot of a session that did not complete', async () => {
    await using link = await open(echo);
    const [complete, broken] = [folderForTest(), folderForTest()];
    await link.keepEvidence?.(complete, { isComplete: true });
    expect(readdirSync(complete)).toEqual(['core.txt', 'renode.log']);
    expect(readFileSync(join(complete, 'core.txt'), 'utf8')).toMatch(
      /^instructions=\d+\nvirtual-time=.*\nR0=0x40004400$/m,
    );
    await link.keepEvidence?.(broken, { isComplete: false });
    expect(readdirSync(broken)).toEqual(['core.txt', 'renode.log', 'snapshot.save']);
  });

  test('leaves evidence of a core that aborted, and of one that the time limit ended', async () => {
    await using aborted = await open(running);
    await read(aborted, 2).catch(() => {});
    const [ofAborted, ofHanging] = [folderForTest(), folderForTest()];
    await aborted.keepEvidence?.(ofAborted, { isComplete: false });
    expect(readFileSync(join(ofAborted, 'core.txt'), 'utf8')).toMatch(/^PC=0x50000000$/m);
    expect(readFileSync(join(ofAborted, 'renode.log'), 'utf8')).toContain('[ERROR] cpu: CPU abort [PC=0x50000000]');
    const late = new AbortController();
    await using hanging = await target.open(firmwareFile(computing, stm32f4), late.signal);
    late.abort(new Error('took too long'));
    await hanging.keepEvidence?.(ofHanging, { isComplete: false });
    expect(readdirSync(ofHanging)).toEqual(['core.txt', 'renode.log', 'snapshot.save']);
  });

  test('writes down what it executes and which peripherals it uses, when asked to', async () => {
    const traced = await renodeTarget({ ...board, trace: true }, signal);
    await using link = await traced.open(firmwareFile(echo, stm32f4), signal);
    const folder = folderForTest();
    await link.keepEvidence?.(folder, { isComplete: true });
    expect(readFileSync(join(folder, 'trace.txt'), 'utf8').split('\n').slice(0, 2)).toEqual(['0x8000100', '0x8000102']);
    const log = readFileSync(join(folder, 'renode.log'), 'utf8');
    expect(log).toMatch(/usart2: .*Write\w+ to 0xC/);
    expect(log).not.toContain('flash: '); // the tracer reads each instruction there
  });

  test("keeps the host's time when it is told to, and echoes then too", async () => {
    const inRealTime = await renodeTarget({ ...board, time: 'host' }, signal);
    await using link = await inRealTime.open(firmwareFile(echo, stm32f4), signal);
    await link.write(Buffer.from('abc'));
    expect(await read(link, 4)).toBe('!abc');
    expect((await link.counters?.())?.instructions).toBeGreaterThan(20);
  });

  test('refuses an image that lies where the platform has no memory', async () => {
    const opened = target.open(firmwareFile(echo, mps2), signal);
    await expect(opened).rejects.toThrow(InputError);
    await expect(opened).rejects.toThrow('loads to 0x0, where no memory is');
    await expect(target.open('missing.elf', signal)).rejects.toThrow('cannot be read: ENOENT');
  });

  test.each([
    {
      change: { platform: fixture('bad-reference.repl') },
      says: /Error E20: Undefined reference 'nvicx'.\nAt \/.*bad-reference\.repl:3:11:/,
    },
    { change: { uart: 'usart9' }, says: /Could not find node 'sysbus.usart9'/ },
    { change: { include: [fixture('bad.cs')] }, says: /bad\.cs\(\d+,\d+\): error CS\d+/ },
  ])("a board that Renode refuses is told in Renode's words: $says", async ({ change, says }) => {
    const before = foldersLeft();
    const refusing = await renodeTarget({ ...board, ...change }, signal);
    await expect(refusing.open(firmwareFile(echo, stm32f4), signal)).rejects.toThrow(says);
    expect(renodesOf(process.pid).length + foldersLeft()).toBe(before);
  });

  test('no Renode stays when its parent is killed', { skip: findProgram('setpriv') === undefined }, async () => {
    const args = ['--import', 'tsx', fixture('keeps-renode-open.ts'), firmwareFile(computing, stm32f4)];
    const env = { ...process.env, TMPDIR: folderForTest() }; // what a killed parent cannot remove
    const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
    await new Promise(resolve => parent.stdout.once('data', resolve));
    const [renode = 0] = renodesOf(parent.pid ?? 0);
    expect(renode).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    await expect.poll(() => isRunning(renode), { timeout: 10_000 }).toBe(false);
  });
});

test('without Renode nothing is tried, and how to get it is said', async () => {
  using _here = environment({ PATH: '/nowhere', RENODE_PATH: undefined });
  const missing = await renodeTarget(board, signal);
  await expect(missing.open(firmwareFile(echo, stm32f4), signal)).rejects.toThrow(NotInstalled);
  expect(missingRenode()).toMatch(/^Renode is not installed: unpack the portable release v1\.16\.1 /);
});

test('RENODE_PATH may name the program or its folder, and is told when nothing is there', async () => {
  const folder = folderWithRenode('echo "Renode v1.16.1.740"');
  for (const named of [folder, join(folder, 'renode')]) {
    using _here = environment({ PATH: '/usr/bin:/bin', RENODE_PATH: named });
    expect((await renodeTarget(board, signal)).emulator).toBe('Renode 1.16.1');
  }
  using _nowhere = environment({ RENODE_PATH: '/nowhere' });
  expect(missingRenode()).toMatch(/^RENODE_PATH is \/nowhere, where no Renode is: /);
});

test('a Renode.exe wants mono, and says so', () => {
  const folder = folderForTest();
  writeFileSync(join(folder, 'Renode.exe'), '');
  using _here = environment({ PATH: '/nowhere', RENODE_PATH: folder });
  expect(missingRenode()).toMatch(/Renode\.exe needs mono, which is not installed: apt-get install mono-complete/);
});

test('a Renode that is too old is not used, and which one to get is said', async () => {
  using _here = environment({ PATH: '/usr/bin:/bin', RENODE_PATH: folderWithRenode('echo "Renode v1.14.0.1"') });
  const old = await renodeTarget(board, signal);
  await expect(old.open(firmwareFile(echo, stm32f4), signal)).rejects.toThrow(NotInstalled);
  await expect(old.open(firmwareFile(echo, stm32f4), signal)).rejects.toThrow('Renode 1.14.0 is older than 1.15');
});

test('a Renode that does not start is told with its words and how to get another', async () => {
  using _here = environment({
    PATH: '/usr/bin:/bin',
    RENODE_PATH: folderWithRenode('echo "no libgdiplus" >&2; exit 127'),
  });
  const refused = await renodeTarget(board, signal).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(TargetError);
  expect(String(refused)).toMatch(/renode-stm32f4: Renode did not start: .*\n?.*no libgdiplus.*\n.*→ .*v1\.16\.1/);
});

test.each([
  { does: 'hangs', script: 'exec /bin/sleep 60' },
  { does: 'talks without end', script: 'exec yes garbage' },
])('a Renode that $does is given up, and nothing of it stays', async ({ script }) => {
  const version = '[ "$1" = --version ] && echo "Renode v1.16.1.1" && exit';
  using _here = environment({ PATH: '/usr/bin:/bin', RENODE_PATH: folderWithRenode(`${version}\n${script}`) });
  const hopeless = await renodeTarget({ ...board, startMs: 1000 }, signal);
  await expect(hopeless.open(firmwareFile(echo, stm32f4), signal)).rejects.toThrow('was not ready within 1 s');
  expect(foldersLeft()).toBe(0);
});

/** Of two requests, with a pause of the host between them. */
async function instructionsOfEcho(pauseMs: number): Promise<number | undefined> {
  await using link = await open(echo);
  await link.write(Buffer.from('abc'));
  await read(link, 4);
  await new Promise(resolve => setTimeout(resolve, pauseMs));
  await link.write(Buffer.from('defg'));
  await read(link, 4);
  return (await link.counters?.())?.instructions;
}

function open(program: Program): Promise<Link> {
  return target.open(firmwareFile(program, stm32f4), signal);
}

/** Sets variables until it is disposed of. */
function environment(variables: Readonly<Record<string, string | undefined>>): Disposable {
  const before = Object.fromEntries(Object.keys(variables).map(name => [name, process.env[name]]));
  setEnvironment(variables);
  return { [Symbol.dispose]: () => setEnvironment(before) };
}

function setEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** A folder with nothing but a `renode` that does what the shell is told here. */
function folderWithRenode(script: string): string {
  const folder = folderForTest();
  writeFileSync(join(folder, 'renode'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return folder;
}

function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function fixture(name: string): string {
  return join(import.meta.dirname, 'fixtures', name);
}

function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

function renodesOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter(line => /renode/i.test(line))
    .map(line => Number.parseInt(line, 10));
}

function foldersLeft(): number {
  return readdirSync(tmpdir()).filter(name => name.startsWith('tickmark-renode-')).length;
}
