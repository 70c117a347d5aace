import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { noPacedLine } from '../../harness/fixtures/paced-line.ts';
import { missingTool } from '../../harness/fixtures/tools.ts';

const missing = missingTool(noPacedLine === undefined, noPacedLine ?? '');
const at115200 = (bytes: number): number => (bytes * 1e7) / 115_200;

beforeAll(() => {
  if (missing === undefined)
    execFileSync('make', ['-C', fileURLToPath(new URL('.', import.meta.url)), 'line'], { stdio: 'inherit' });
});

describe.skipIf(missing !== undefined)('MLPerf Tiny firmware on the host', () => {
  test('boots, names itself and its model, as the reference code does', async () => {
    await using dut = startDut('--vendor', 'somebody', '--model', 'ic01');
    expect(await dut.until('m-init-done')).toMatch(
      /^m-timestamp-mode-performance\r\nm-lap-us-\d+\r\nm-init-done\r\nm-ready\r\n$/,
    );
    expect(await dut.ask('name')).toBe('m-name-dut-[somebody]\r\n');
    expect(await dut.ask('profile')).toBe('m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[ic01]\r\n');
    expect((await dut.ask('help')).split('\r\n')).toHaveLength(13);
  });

  // Replies of benchmark/api/internally_implemented.cpp, misspellings and missing returns with them.
  test.each([
    ['NAME', 'e-[Unknown command: NAME]\r\n'],
    ['name\r\n', 'e-[Unknown command: name\r\n]\r\n'],
    ['db', "e-[Command 'db' requires a subcommand]\r\n"],
    ['db load', "e-[Command 'db load' requires the # of bytes]\r\n"],
    ['db load none', "e-[Command 'db load' must be >0 bytes]\r\n"],
    ['db load 490', 'm-[Expecting 490 bytes]\r\n'],
    ['db load 491', 'Supplied buffer size 491 exceeds maximum of 490\n'],
    ['db abc', 'e-[Insufficent number of hex digits]\r\n'],
    ['db abxy', "e-[Invalid hex digit 'xy']\r\n"],
    ['infer 0', 'e-[Inference iterations must be >0]\r\n'],
    ['infer 1 -1', 'e-[Inference warmup must be >=0]\r\n'],
    [`db load ${'0'.repeat(70)}490`, 'm-[Expecting 49 bytes]\r\n'],
  ])('answers "%s" as the reference code does', async (command, reply) => {
    await using dut = await started();
    expect(await dut.ask(command)).toBe(reply);
  });

  test('keeps what came before a bad digit, ends at the byte that fills it, and shows it', async () => {
    await using dut = await started();
    await dut.ask('db load 3');
    await dut.ask('db 0Azz');
    expect(await dut.ask('db 0b0C0d')).toBe('m-load-done\r\n');
    expect(await dut.ask('db print')).toBe('m-buffer-0a-0b-0c\r\n\r\n');
  });

  test.each([
    ['kws01', 490, /^m-results-\[(0\.\d{3,4},){11}0\.\d{3,4}\]$/m],
    ['ic01', 3072, /^m-results-\[(\d\.\d{3},){9}\d\.\d{3}\]$/m],
    ['vww01', 27_648, /^m-results-\[\d\.\d{3},\d\.\d{3},\]$/m],
    ['ad01', 2560, /^m-results-\[\d+\.\d{3}\]$/m],
  ])('prints the scores of %s in its way', async (model, bytes, results) => {
    await using dut = await started('--model', model);
    await dut.load(new Uint8Array(bytes).fill(7));
    const inferred = await dut.ask('infer 2 1');
    expect(inferred).toMatch(
      /^m-warmup-start-1\r\nm-warmup-done\r\nm-infer-start-2\r\nm-lap-us-\d+\r\nm-lap-us-\d+\r\nm-infer-done\r\n/,
    );
    expect(inferred).toMatch(results);
    expect(await dut.ask('results')).toBe(inferred.split('\r\n').slice(-2).join('\r\n'));
  });

  test('infers what lay there before when the input has a wrong length', async () => {
    await using dut = await started();
    await dut.load(new Uint8Array(490).fill(1));
    const right = await dut.ask('infer 1 0');
    await dut.load(new Uint8Array(489).fill(2));
    const wrong = await dut.ask('infer 1 0');
    expect(wrong).toContain('Input db has 489 elemented, expected 490\nm-warmup-start-0');
    expect(scoresOf(wrong)).toBe(scoresOf(right));
  });

  test('gives the scores of a file for the inputs in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tickmark-'));
    const input = new Uint8Array(27_648).fill(3);
    writeFileSync(join(folder, 'results'), `${fnv1a(input)} 0.25 1.5\n`);
    await using dut = await started('--model', 'vww01', '--results', join(folder, 'results'));
    await dut.load(input);
    expect(scoresOf(await dut.ask('infer 1 0'))).toBe('0.250,1.500,');
    await dut.load(input.fill(4));
    expect(scoresOf(await dut.ask('infer 1 0'))).not.toBe('0.250,1.500,');
    rmSync(folder, { recursive: true });
  });

  test('times the inferences with what is printed before the first, modulo 2^32', async () => {
    await using dut = await started(
      '--infer-us',
      '2000',
      '--uart-baud',
      '115200',
      '--clock-us',
      String(2 ** 32 - 4000),
    );
    const [start = 0, end = 0] = [...(await dut.ask('infer 5 0')).matchAll(/m-lap-us-(\d+)\r\n/g)].map(lap =>
      Number(lap[1]),
    );
    const printed = `m-lap-us-${start}\r\n`.length;
    expect((end - start + 2 ** 32) % 2 ** 32).toBeCloseTo(5 * 2000 + at115200(printed), -0.5);
  });

  test('pulses a pin in place of a timestamp in a build for energy', async () => {
    await using dut = startDut('--energy');
    expect(await dut.until('m-init-done')).toBe('m-timestamp-mode-energy\r\nm-init-done\r\nm-ready\r\n');
    expect(await dut.ask('timestamp')).toBe('');
    expect(await dut.ask('infer 1 0')).not.toContain('m-lap-us');
  });

  test('damages a command that comes while it is still printing', async () => {
    await using dut = await started('--uart-baud', '9600');
    dut.send('help%name%profile%');
    expect(await dut.until('m-model')).not.toContain('m-name'); // the last of two is heard
  });

  describe('misbehaves on demand:', () => {
    test('an echo', async () => {
      await using dut = await started('--echo');
      expect(await dut.ask('name')).toBe('name%m-name-dut-[unspecified]\r\n');
    });

    test('noise before it boots', async () => {
      await using dut = startDut('--noise', '300');
      expect((await dut.until('m-init-done')).indexOf('m-timestamp-mode')).toBeGreaterThan(100);
    });

    test('a reset in place of an answer, which forgets the input', async () => {
      await using dut = await started('--reset', '--at', '5');
      await dut.ask('db load 2');
      await dut.ask('db 0102');
      await dut.ask('name');
      await dut.ask('name');
      expect(await dut.ask('db print')).toContain('m-init-done');
      expect(await dut.ask('db print')).toBe('');
    });

    test('a clock that stands still', async () => {
      await using dut = await started('--still', '--infer-us', '1000');
      expect(await dut.ask('infer 3 0')).toContain('m-lap-us-0\r\nm-lap-us-0\r\n');
    });

    test('the answer to the question before', async () => {
      await using dut = await started('--late');
      expect(await dut.ask('name')).toBe('');
      expect(await dut.ask('profile')).toContain('m-name-dut');
      expect(await dut.ask('db')).toContain('m-profile');
    });

    test('the result of the input before', async () => {
      await using dut = await started('--stale');
      const scores: (string | undefined)[] = [];
      for (const fill of [1, 2, 3]) {
        await dut.load(new Uint8Array(490).fill(fill));
        scores.push(scoresOf(await dut.ask('infer 1 0')));
      }
      expect(scores[1]).toBe(scores[0]);
      expect(scores[2]).not.toBe(scores[1]);
    });

    test('half a character, and a flood of letters, before an answer', async () => {
      await using dut = await started('--half-utf8', '--flood', '100000', '--at', '2');
      await dut.ask('name');
      const [flood, half] = (await dut.ask('name')).split('21 ');
      expect(flood).toBe('x'.repeat(100_000));
      expect(half).toBe('\u{c2}\r\nm-name-dut-[unspecified]\r\n');
    });

    test('silence after one command, and after a % alone', async () => {
      for (const [options, command] of [
        [['--mute'], 'name%'],
        [[], '%'],
      ] as const) {
        await using dut = await started(...options);
        dut.send(command);
        dut.end();
        expect(await dut.rest()).toBe('');
      }
    });
  });
});

function scoresOf(inferred: string): string | undefined {
  return /m-results-\[(.*)\]/.exec(inferred)?.[1];
}

function fnv1a(bytes: Uint8Array): string {
  const hash = bytes.reduce((state, byte) => Math.imul(state ^ byte, 16_777_619) >>> 0, 2_166_136_261);
  return hash.toString(16).padStart(8, '0');
}

async function started(...options: string[]) {
  const dut = startDut('--uart-baud', '0', ...options);
  await dut.until('m-init-done');
  return dut;
}

/** Between pipes, without a line: its bytes, one character each. */
function startDut(...options: string[]) {
  const program = fileURLToPath(new URL('build/mlperf-dut', import.meta.url));
  const child: ChildProcess = spawn(program, options, { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout?.setEncoding('latin1').on('data', (some: string) => (text += some));
  const send = (bytes: string): void => void child.stdin?.write(bytes);
  /** All up to the m-ready that follows `mark`. */
  const until = async (mark: string): Promise<string> => {
    const ready = 'm-ready\r\n';
    for (;;) {
      const marked = text.indexOf(mark);
      const end = marked < 0 ? -1 : text.indexOf(ready, marked);
      if (end >= 0) {
        const [heard, rest] = [text.slice(0, end + ready.length), text.slice(end + ready.length)];
        text = rest;
        return heard;
      }
      await once(child.stdout as NodeJS.ReadableStream, 'data');
    }
  };
  const ask = async (command: string): Promise<string> => {
    send(`${command}%`);
    return (await until('')).slice(0, -'m-ready\r\n'.length);
  };
  return {
    send,
    until,
    ask,
    async load(bytes: Uint8Array) {
      await ask(`db load ${bytes.length}`);
      for (let at = 0; at < bytes.length; at += 38)
        await ask(`db ${Buffer.from(bytes.subarray(at, at + 38)).toString('hex')}`);
    },
    end: () => child.stdin?.end(),
    async rest() {
      await once(child, 'close');
      return text;
    },
    async [Symbol.asyncDispose]() {
      child.stdin?.end();
      if (child.exitCode === null) await once(child, 'close');
    },
  };
}
