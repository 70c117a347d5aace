import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TargetError } from '../errors.ts';
import { logProtocol } from '../protocol/log/log.ts';
import { queueOf } from '../queue.ts';
import { readRecording } from '../recording/read.ts';
import { createRecorder } from '../recording/recorder.ts';
import type { LogSpec, LogSuite } from '../suite/suite.ts';
import type { Target } from '../target/port.ts';
import { type Job, measure } from './session.ts';

beforeEach(() => void vi.useFakeTimers());
const folders: string[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const nothing: LogSpec = { metrics: [], fail: [], ignore: [], identity: {}, runsVectors: false };
const round = (n: number) =>
  `[TINYML INSIGHT] Inference execution time: ${1000 + n} ticks.\nComputed Edge Anomaly Confidence Level: ${80 + n}%\n`;

interface Given extends Partial<Pick<Job, 'image' | 'baud' | 'isImported'>> {
  readonly spec?: Partial<LogSpec>;
  readonly boots?: number;
  /** What each boot prints, and how long it is silent before each piece; the link stays open unless it `ends`. */
  readonly prints: readonly (string | Uint8Array | { readonly afterMs: number; readonly text: string })[];
  readonly ends?: true;
}

/** Firmware that prints, and hears nothing. */
function printing({ prints, ends }: Given): Target {
  return {
    name: 'desk',
    basis: 'silicon',
    async open(_image, signal) {
      const bytes = queueOf<Uint8Array>();
      signal.addEventListener('abort', () => bytes.end());
      void (async () => {
        for (const piece of prints) {
          if (typeof piece === 'object' && 'afterMs' in piece) {
            await new Promise(resolve => setTimeout(resolve, piece.afterMs));
            bytes.push(Buffer.from(piece.text));
          } else bytes.push(Buffer.from(piece));
        }
        if (ends) bytes.end();
      })();
      return { bytes, write: async () => {}, [Symbol.asyncDispose]: async () => bytes.end() };
    },
  };
}

async function session({ spec = {}, boots = 1, prints, ends, ...rest }: Given) {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-log-'));
  folders.push(folder);
  const suite: LogSuite = {
    name: 'monitor',
    file: '/suites/monitor/suite.yaml',
    firmware: {},
    targets: ['desk'],
    measure: { warmup: 0, boots, timeoutMs: 60_000, link: 'memory' },
    robustness: [],
    budgets: [],
    on: {},
    log: { ...nothing, ...spec },
  };
  using recorder = createRecorder(folder, () => 0);
  const done: number[] = [];
  const limit = new AbortController();
  setTimeout(() => limit.abort(new TargetError('took longer than its limit of 60 s', 'monitor@desk', 'wait')), 60_000);
  const measured = measure(
    {
      suite,
      target: printing({ prints, ...(ends && { ends }) }),
      protocol: logProtocol(),
      inputs: [],
      recorder,
      clock: { nowMs: () => Date.now(), nowIso: () => new Date().toISOString() },
      onProgress: progress => done.push(progress.done),
      ...rest,
    },
    limit.signal,
  );
  await vi.advanceTimersByTimeAsync(120_000);
  const { outcome } = await measured;
  const { samples } = readRecording(folder);
  const values = samples.flatMap(sample => (sample.kind === 'metric' ? [`${sample.name}=${sample.value}`] : []));
  return { outcome, samples, values, done, folder, reason: 'reason' in outcome ? outcome.reason : '' };
}

test('ends after as many inferences as were wanted, with all that is printed of the last', async () => {
  const prints = Array.from({ length: 9 }, (_, n) => round(n));
  const { outcome, values, done } = await session({ spec: { inferences: 3 }, prints });
  expect(outcome).toEqual({ status: 'complete' });
  expect(values).toEqual([0, 1, 2].flatMap(n => [`inference_ticks=${1000 + n}`, `confidence_percent=${80 + n}`]));
  expect(done.at(-1)).toBe(3);
});

test('ends after as many inferences as were wanted though the firmware goes on to talk', async () => {
  const talk = Array.from({ length: 400 }, () => ({ afterMs: 200, text: 'alive\n' }));
  const { outcome, values } = await session({ spec: { inferences: 1 }, prints: [round(0), ...talk] });
  expect(outcome).toEqual({ status: 'complete' });
  expect(values).toHaveLength(2);
});

test('ends at the suite’s line, and takes no figure behind it', async () => {
  const prints = [`${round(0)}bye\n${round(1)}`];
  const { outcome, values } = await session({ spec: { until: '^bye' }, prints });
  expect(outcome).toEqual({ status: 'complete' });
  expect(values).toHaveLength(2);
});

test('adds up what it sent of the inferences that were wanted', async () => {
  const prints = Array.from({ length: 9 }, (_, n) => `${round(n)}radio: sent ${10 + n} bytes\n`);
  const { samples } = await session({ spec: { inferences: 3, uplink: 'sent (?<bytes>\\d+) bytes' }, prints });
  expect(samples.filter(({ kind }) => kind === 'uplink')).toEqual([
    { kind: 'uplink', boot: 0, inputs: 3, messages: 3, bytes: 10 + 11 + 12 },
  ]);
});

const sent = (count: number) => `${round(0)}${'TX 1\n'.repeat(count)}`;

test('adds up what it sent for each boot of a file', async () => {
  const boot = 'ESP-ROM:esp32c3\nrst:0x1 (POWERON)\n';
  const prints = [boot, sent(1), sent(2), boot, sent(4)];
  const { samples } = await session({ spec: { uplink: '^TX' }, prints, ends: true, isImported: true });
  expect(samples.filter(({ kind }) => kind === 'uplink')).toEqual([
    { kind: 'uplink', boot: 0, inputs: 2, messages: 3, bytes: 6 },
    { kind: 'uplink', boot: 1, inputs: 1, messages: 4, bytes: 8 },
  ]);
});

test('has sent nothing that is known where no line matches: the pattern may be wrong', async () => {
  const { samples } = await session({ spec: { inferences: 1, uplink: '^TX' }, prints: [round(0)] });
  expect(samples.map(({ kind }) => kind)).not.toContain('uplink');
});

test('ends when its time is over, whatever still comes', async () => {
  const prints = Array.from({ length: 40 }, (_, n) => ({ afterMs: 1000, text: round(n) }));
  const { outcome, values } = await session({ spec: { forMs: 5500 }, prints });
  expect(outcome).toEqual({ status: 'complete' });
  expect(values).toHaveLength(10);
});

test('ends in silence where nothing else ends it', async () => {
  const { outcome, values } = await session({ prints: [round(0), { afterMs: 4000, text: round(1) }] });
  expect(outcome).toEqual({ status: 'complete' });
  expect(values).toHaveLength(4);
});

test('a log that is given up says what has come', async () => {
  const { outcome, reason } = await session({ spec: { inferences: 5 }, prints: [round(0)] });
  expect(outcome.status).toBe('broken');
  expect(reason).toMatch(/took longer.*; 2 lines came, with 1 inference in them; the last was "Computed Edge/);
});

test('a log that nothing is known in is broken, and says how it begins', async () => {
  const prints = [Array.from({ length: 10 }, (_, n) => `line ${n}\n`).join('')];
  const { outcome, reason } = await session({ spec: { forMs: 1000 }, prints });
  expect(outcome.status).toBe('broken');
  expect(reason).toMatch(/10 lines came, none matched; the first was "line 0"/);
});

test('firmware that is silent is broken', async () => {
  const { reason } = await session({ spec: { forMs: 1000 }, prints: [] });
  expect(reason).toMatch(/nothing came/);
});

test('noise is told from a log, with the rate that its bits are of', async () => {
  const slow = Buffer.from(Array.from({ length: 400 }, (_, n) => [0x98, 0xe6, 0x80, 0x06][n % 4] ?? 0));
  const { outcome, reason } = await session({ spec: { forMs: 1000 }, prints: [slow], baud: 115_200 });
  expect(outcome.status).toBe('broken');
  expect(reason).toMatch(/% of what came at first is no text: it is sent at another baud rate/);
});

test('noise ends a session at once that waits for inferences, and a boot loader’s at another rate does not', async () => {
  const noise = Buffer.from(Array.from({ length: 3000 }, (_, n) => [0x98, 0xe6, 0x80, 0x06][n % 4] ?? 0));
  const { reason } = await session({ spec: { inferences: 5 }, prints: [noise, noise] });
  expect(reason).toMatch(/^desk: \d+ % of what came at first is no text/);
  const { outcome } = await session({ spec: { inferences: 1 }, prints: [noise, `\n${round(0)}`] });
  expect(outcome).toEqual({ status: 'complete' });
});

test('a crash fails the session once its dump is quiet, and the dump is kept whole', async () => {
  const dump = 'HardFault pc=0x00000420 lr=0x00000371\nCFSR: 0x00008200\n';
  const { outcome, reason, folder, samples } = await session({ spec: { inferences: 9 }, prints: [round(0), dump] });
  expect(outcome.status).toBe('failed');
  expect(reason).toMatch(/crashed, as line 3 says: HardFault pc=0x00000420/);
  expect(readFileSync(join(folder, 'crash.txt'), 'utf8')).toBe(dump);
  expect(samples).toContainEqual(expect.objectContaining({ kind: 'crash', line: 3, lines: 2 }));
});

test('addresses of a crash get the functions that they lie in', async () => {
  const image = {
    path: '/app.elf',
    file: 'app.elf',
    sha256: 'ab',
    flashBytes: 1,
    ramBytes: 1,
    functionAt: () => 'invoke+0x12',
  };
  const { reason } = await session({ prints: ['HardFault pc=0x00000420\n'], image });
  expect(reason).toContain('pc=0x00000420 in invoke+0x12');
});

test('silence after a failing line is the firmware’s own', async () => {
  const prints = ['boot\n[CRITICAL ERROR] Model schema mismatch detected!\n'];
  const { outcome, reason } = await session({ spec: { inferences: 9 }, prints });
  expect(outcome.status).toBe('failed');
  expect(reason).toMatch(/stopped after line 2: "\[CRITICAL ERROR\] Model schema mismatch detected!"/);
});

test('firmware that goes on after a failing line is measured to its end', async () => {
  const prints = [`[INFERENCE FAULT] once\n${round(0)}${round(1)}`];
  const { outcome, samples } = await session({ spec: { inferences: 2 }, prints });
  expect(outcome).toEqual({ status: 'complete' });
  expect(samples).toContainEqual(expect.objectContaining({ kind: 'alarm', alarm: 'fail', line: 1 }));
});

test('firmware that begins anew by itself has failed, in a file it may', async () => {
  const prints = [`${round(0)}rst:0x1 (POWERON),boot:0x8 (SPI_FAST_FLASH_BOOT)\n${round(1)}`];
  const live = await session({ spec: { inferences: 2 }, prints });
  expect(live.samples).toContainEqual(expect.objectContaining({ kind: 'alarm', text: expect.stringMatching(/anew/) }));
  const kept = await session({ spec: { inferences: 2 }, prints, ends: true, isImported: true });
  expect(kept.outcome).toEqual({ status: 'complete' });
  expect(kept.samples.filter(({ kind }) => kind === 'alarm')).toEqual([]);
  expect(kept.samples.flatMap(sample => (sample.kind === 'metric' ? [sample.boot] : []))).toEqual([0, 0, 1, 1]);
});

test.each([
  ['1.4.2', 'complete', ''],
  ['1.5.0', 'broken', /line 1 says that its app_version is 1\.4\.2, expected 1\.5\.0/],
])('the wanted version %s is held against what the log says', async (version, status, says) => {
  const prints = [`App version:      1.4.2\n${round(0)}`];
  const { outcome, reason, values } = await session({
    spec: { inferences: 1, identity: { app_version: version } },
    prints,
  });
  expect(outcome.status).toBe(status);
  expect(reason).toMatch(says);
  expect(values).toHaveLength(status === 'complete' ? 2 : 0);
});

test('a log that never says who runs, and has to, is broken', async () => {
  const { reason } = await session({ spec: { inferences: 1, identity: { fw_version: '7' } }, prints: [round(0)] });
  expect(reason).toMatch(/never says its fw_version, which has to be 7/);
});

test.each([
  ['9f86d081884c7d65', 'complete'],
  ['0011223344556677', 'broken'],
])('ESP-IDF’s hash %s is held against the image without being asked', async (hash, status) => {
  const image = {
    path: '/a.elf',
    file: 'a.elf',
    sha256: `9f86d081884c7d65${'0'.repeat(48)}`,
    flashBytes: 1,
    ramBytes: 1,
  };
  const { outcome } = await session({
    spec: { inferences: 1 },
    prints: [`ELF file SHA256:  ${hash}\n${round(0)}`],
    image,
  });
  expect(outcome.status).toBe(status);
});

test('a file that ends before what was wanted of it is broken', async () => {
  const { outcome, reason } = await session({
    spec: { inferences: 3 },
    prints: [round(0)],
    ends: true,
    isImported: true,
  });
  expect(outcome.status).toBe('broken');
  expect(reason).toMatch(/ended too early: 2 lines came, with 1 inference/);
});

test('a file is heard however long a line of it takes to come', async () => {
  const prints = [round(0), { afterMs: 20_000, text: round(1) }];
  const { outcome, values } = await session({ spec: { forMs: 1000 }, prints, ends: true, isImported: true });
  expect(outcome).toEqual({ status: 'complete' });
  expect(values).toHaveLength(4);
});

test('noise before the boot, an echo and half a character harm nothing', async () => {
  const prints = [Uint8Array.of(0xff, 0xc2, 0x00, 0x0a), 'AT\r\n> AT\r\n', `\u00b5\n${round(0)}`, Uint8Array.of(0xc2)];
  const { outcome, samples } = await session({ spec: { inferences: 1 }, prints });
  expect(outcome).toEqual({ status: 'complete' });
  expect(samples.at(-1)).toMatchObject({ kind: 'log', unprintable: expect.any(Number) });
});

test('ten megabytes without an end of a line are no inference, and no trouble', async () => {
  const prints = Array.from({ length: 160 }, () => Buffer.alloc(65_536, 'x'));
  const { outcome, reason, folder } = await session({ spec: { forMs: 1000 }, prints });
  expect(outcome.status).toBe('broken');
  expect(reason).toMatch(/10485760 bytes came, and no end of a line|1 line came, none matched/);
  expect(existsSync(join(folder, 'log.txt'))).toBe(true);
  expect(readFileSync(join(folder, 'log.txt')).length).toBeLessThan(6 << 20);
});

test('every boot is heard to its own end', async () => {
  const { outcome, samples } = await session({ spec: { inferences: 1 }, boots: 3, prints: [round(0)] });
  expect(outcome).toEqual({ status: 'complete' });
  expect(samples.flatMap(sample => (sample.kind === 'log' ? [sample.boot] : []))).toEqual([0, 1, 2]);
});
