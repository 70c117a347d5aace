// Firmware that only prints, on a board: silence climbs the reset ladder, and what was heard is not heard again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TargetError } from '../errors.ts';
import type { Flasher, PowerSwitch } from '../flash/port.ts';
import { mockMeter } from '../power/mock.ts';
import { logProtocol } from '../protocol/log/log.ts';
import { type Queue, queueOf } from '../queue.ts';
import { readRecording } from '../recording/read.ts';
import { hasTrace } from '../recording/read-trace.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { LogSpec, LogSuite } from '../suite/suite.ts';
import type { Rig } from './rig.ts';
import { type JobImage, measure } from './session.ts';

const log: LogSpec = { inferences: 1, metrics: [], fail: [], ignore: [], identity: {}, runsVectors: false };
const round = '[TINYML INSIGHT] Inference execution time: 7 ticks.\n';
const image: JobImage = { path: '/app.elf', file: 'app.elf', sha256: '5a'.repeat(32), flashBytes: 1, ramBytes: 1 };

const current = { idleMs: 1000, periods: 3, agreementPercent: 2, cells: {} };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickmark-log-board-'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

interface Given {
  /** What it prints when it is opened, by what was done to it until then. */
  readonly prints: (done: readonly string[]) => string;
  readonly spec?: Partial<LogSpec>;
  readonly image?: JobImage;
  /** What it prints once, while its port is open, when the probe resets it. */
  readonly printsAtReset?: string;
  /** Boots. @default 1 */
  readonly boots?: number;
  readonly flasher?: Partial<Flasher>;
  /** A switch whose board's port stays, in place of the probe. */
  readonly hasPower?: true;
  /** A meter supplies it, and current is asked for: what its line says as the supply goes off and on. */
  readonly metered?: { readonly off: string; readonly on: string };
}

async function measuredOn({
  prints,
  printsAtReset = '',
  spec = {},
  boots = 1,
  hasPower,
  metered,
  flasher: more,
  ...rest
}: Given) {
  const done: string[] = [];
  const open = new Set<Queue<Uint8Array>>();
  const port = { id: 'usb-1', path: '/dev/ttyACM0' };
  const flasher: Flasher = {
    name: 'openocd',
    needsPort: false,
    missing: async () => undefined,
    flash: async () => void done.push('flash'),
    async reset() {
      done.push('probe');
      for (const bytes of open) bytes.push(Buffer.from(printsAtReset));
    },
    ...more,
  };
  const power: PowerSwitch = {
    name: 'uhubctl',
    missing: async () => undefined,
    off: async () => void done.push('off'),
    on: async () => void done.push('on'),
  };
  const onSupply = (isOn: boolean): void => {
    for (const bytes of open) bytes.push(Buffer.from((isOn ? metered?.on : metered?.off) ?? ''));
  };
  const rig: Rig = {
    port,
    gear: {
      target: {
        name: 'desk',
        basis: 'silicon',
        find: async () => port,
        isPresent: async () => true,
        async open() {
          done.push('open');
          const bytes = queueOf<Uint8Array>();
          bytes.push(Buffer.from(prints(done)));
          open.add(bytes);
          const close = async (): Promise<void> => {
            open.delete(bytes);
            bytes.end();
          };
          return { bytes, write: async () => {}, [Symbol.asyncDispose]: close };
        },
      },
      flasher,
      ...(hasPower && { power }),
      ...(metered && { meter: { meter: mockMeter({ supplies: true, onSupply }) } }),
      hasLines: false,
      rungs: [hasPower ? 'power' : 'probe'],
      bootMs: 5000,
    },
  };
  const suite: LogSuite = {
    name: 'monitor',
    file: '/suites/monitor/suite.yaml',
    firmware: {},
    targets: ['desk'],
    measure: { warmup: 0, boots, timeoutMs: 60_000, link: 'memory', ...(metered && { current }) },
    robustness: [],
    budgets: [],
    on: {},
    log: { ...log, ...spec },
  };
  using recorder = createRecorder(folder, () => 0);
  const measured = measure(
    {
      suite,
      target: rig.gear.target,
      protocol: logProtocol(),
      inputs: [],
      rig,
      recorder,
      clock: { nowMs: () => 0, nowIso: () => '2026-01-01T00:00:00.000Z' },
      onProgress: () => {},
      ...rest,
    },
    new AbortController().signal,
  );
  await vi.advanceTimersByTimeAsync(120_000);
  const { outcome } = await measured;
  const { samples } = readRecording(folder);
  const isOpen = open.size > 0;
  return { outcome, done, isOpen, reason: 'reason' in outcome ? outcome.reason : '', samples };
}

test('a board that stays silent is given up, with what was tried', async () => {
  const { outcome, reason, done } = await measuredOn({ prints: () => '' });
  expect(outcome.status).toBe('broken');
  expect(reason).toMatch(/prints nothing after its reset; no help: .*probe/);
  expect(done).toContain('probe');
});

/** Firmware with a hash, whose image is known. */
const told = (hash: string) => ({ prints: () => `ELF file SHA256:  ${hash}\n${round}`, image });

test('an image is written before its board is heard, and firmware that says it is another all the same is broken', async () => {
  const own = await measuredOn(told('5a5a5a5a5a5a5a5a'));
  expect(own).toMatchObject({ outcome: { status: 'complete' }, done: ['flash', 'open'] });
  const other = await measuredOn(told('0011223344556677'));
  expect(other).toMatchObject({ outcome: { status: 'broken' }, done: ['flash', 'open'] });
  expect(other.reason).toMatch(/line 1 says that its elf_sha256 is 0011223344556677, expected 5a5a/);
  expect(other.samples.filter(({ kind }) => kind === 'metric')).toEqual([]);
});

test('what has said anything is not reset for saying nothing of use', async () => {
  const { outcome, done, reason } = await measuredOn({ prints: () => 'hello\n', spec: { inferences: 1, forMs: 1000 } });
  expect(outcome.status).toBe('broken');
  expect(reason).toMatch(/1 line came, none matched/);
  expect(done).toEqual(['open']);
});

/** How the step is told that brought a board round whose boot loader says this. */
async function powerDetail(rst: string): Promise<string | undefined> {
  const prints = (did: readonly string[]) => (did.includes('on') ? `rst:0x1 (${rst}),boot:0x8\n${round}` : '');
  const { samples } = await measuredOn({ prints, hasPower: true });
  return samples.filter(sample => sample.kind === 'rig').at(-1)?.detail;
}

test('that the power dropped is told by the boot loader, where the port stays', async () => {
  expect(await powerDetail('POWERON_RESET')).toBe(
    'uhubctl; the port stayed, but the firmware says that it was powered on',
  );
  expect(await powerDetail('SW_RESET')).toContain('whether the power dropped is not known');
});

test('a board that is silent is reset, and heard from its reset on, though it prints at its boot alone', async () => {
  const once = { prints: () => '', printsAtReset: round };
  const { outcome, done, isOpen, samples } = await measuredOn(once);
  expect(outcome).toEqual({ status: 'complete' });
  expect(done).toEqual(['open', 'open', 'probe']);
  expect(isOpen).toBe(false);
  expect(samples.filter(({ kind }) => kind === 'metric')).toHaveLength(1);
  expect(samples.findLast(({ kind }) => kind === 'rig')).toMatchObject({
    step: 'probe',
    worked: true,
    detail: 'openocd, heard meanwhile',
  });
});

test('so is it after its flash, and at each further boot', async () => {
  const once = { prints: () => '', printsAtReset: round, boots: 2, image };
  const { outcome, done, samples } = await measuredOn(once);
  expect(outcome).toEqual({ status: 'complete' });
  expect(done.filter(what => what === 'flash')).toHaveLength(1);
  const metrics = samples.filter(({ kind }) => kind === 'metric');
  expect(metrics).toMatchObject([{ boot: 0 }, { boot: 1 }]);
});

test('what the system has kept from before that reset is not of it', async () => {
  const kept = (did: readonly string[]) => (did.filter(what => what === 'open').length === 2 ? round : '');
  const { outcome, samples } = await measuredOn({ prints: kept, printsAtReset: round });
  expect(outcome).toEqual({ status: 'complete' });
  expect(samples.filter(({ kind }) => kind === 'metric')).toHaveLength(1);
});

test('a tool that talks over the port has it for itself', async () => {
  const { outcome, done } = await measuredOn({ prints: () => '', printsAtReset: round, flasher: { needsPort: true } });
  expect(outcome.status).toBe('broken');
  expect(done).toEqual(['open', 'probe', 'open']);
});

const fails = () => Promise.reject(new TargetError('no probe answers', 'openocd', 'plug it in'));

test('a reset that fails while it is heard closes the port', async () => {
  const { outcome, done, isOpen } = await measuredOn({ prints: () => '', flasher: { reset: fails } });
  expect(outcome.status).toBe('broken');
  expect(done).toEqual(['open', 'open']);
  expect(isOpen).toBe(false);
});

test('a board that hangs between two inferences is given up long before its limit, as the rig’s', async () => {
  const { outcome, reason } = await measuredOn({ prints: () => round.repeat(3), spec: { inferences: 5 } });
  expect(outcome.status).toBe('broken');
  expect(reason).toMatch(/says nothing any more; 3 lines? /);
});

test('a board that is listened to for a time may be silent in it', async () => {
  const { reason } = await measuredOn({ prints: () => round.repeat(3), spec: { inferences: 5, forMs: 40_000 } });
  expect(reason).not.toMatch(/says nothing any more/);
});

test('what it prints once its meter has supplied it is heard from the first byte on, and nothing of what the line said before', async () => {
  const noise = round.replace('7', '9');
  const { outcome, samples } = await measuredOn({ prints: () => noise, metered: { off: noise, on: round } });
  expect(outcome).toEqual({ status: 'complete' });
  expect(samples.filter(({ kind }) => kind === 'metric')).toEqual([expect.objectContaining({ value: 7 })]);
  expect(hasTrace(folder)).toBe(true);
});
