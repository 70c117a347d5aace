import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { uartText } from './uart.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tickmark-uart-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** The frame READY of PROTOCOL.md: 80 0000, its CRC-32 1e74c292, in COBS between zeros. */
const ready = Buffer.from('000280010592c2741e00', 'hex');

function record(...lines: readonly (readonly [ms: number, dir: 'rx' | 'tx', bytes: Uint8Array | string])[]): void {
  const text = lines.map(([ms, dir, bytes]) =>
    JSON.stringify({ ms, dir, data: Buffer.from(bytes).toString('base64') }),
  );
  writeFileSync(join(folder, 'wire.jsonl'), text.map(line => `${line}\n`).join(''));
}

test('text beside frames is a line each, with the host time; frames in between are counted', () => {
  record([1.2, 'rx', 'Tickmark 0.1\r\nboot ok\r\n'], [3.04, 'rx', ready], [5, 'rx', ready], [9, 'rx', 'warm\n']);
  expect(uartText(folder).split('\n')).toEqual([
    '       1.2 ms Tickmark 0.1',
    '       1.2 ms boot ok',
    '       3.0 ms [2 frames, 16 bytes]',
    '       9.0 ms warm',
  ]);
});

test('firmware that speaks text alone: each line has the time of its first byte', () => {
  record(
    [1, 'rx', 'm-ready\r\nm-lap-us-7'],
    [5, 'rx', '42\r\n'],
    [8.5, 'rx', 'm-results-[µ]\r\n\r\nm-'],
    [9, 'rx', 'ready\r\n'],
  );
  expect(uartText(folder).split('\n')).toEqual([
    '       1.0 ms m-ready',
    '       1.0 ms m-lap-us-742',
    '       8.5 ms m-results-[µ]',
    '       8.5 ms m-ready',
  ]);
});

test('a frame with a wrong byte is evidence, shown byte for byte', () => {
  const damaged = Buffer.from(ready);
  damaged[5] = 0x93;
  record([0, 'rx', damaged]);
  expect(uartText(folder)).toContain('\\x02');
  expect(uartText(folder)).not.toContain('frame');
});

test('a frame may come in pieces, and what the host sent is not the log', () => {
  record([0, 'tx', 'to the DUT'], [1, 'rx', ready.subarray(0, 4)], [2, 'rx', ready.subarray(4)]);
  expect(uartText(folder)).toBe('       1.0 ms [1 frame, 8 bytes]');
});

test('what was said while a fault was on demand is left to the recording', () => {
  record([0, 'rx', 'boot ok\n']);
  const garbled = { ms: 1, dir: 'rx', data: Buffer.from('garbled\n').toString('base64'), trial: 0 };
  appendFileSync(join(folder, 'wire.jsonl'), `${JSON.stringify(garbled)}\n`);
  expect(uartText(folder)).toBe('       0.0 ms boot ok');
});

test('bytes that no zero ended are the last thing heard', () => {
  record([7, 'rx', 'HardFault pc=0x1000']);
  expect(uartText(folder)).toBe('       7.0 ms HardFault pc=0x1000');
});

test('escapes of a terminal are shown, not passed on', () => {
  record([0, 'rx', '\u001b[2Jgone']);
  expect(uartText(folder)).toBe('       0.0 ms \\x1b[2Jgone');
});

test('a long log keeps its end and says what is left out', () => {
  record([0, 'rx', Array.from({ length: 9000 }, (_, index) => `line ${index}\n`).join('')]);
  const lines = uartText(folder).split('\n');
  expect(lines[0]).toMatch(/^\[\d+ characters before this are in the recording's wire\.jsonl\]$/);
  expect(lines.at(-1)).toContain('line 8999');
  expect(uartText(folder).length).toBeLessThan(66_000);
});

test('no recording is no log', () => {
  expect(uartText(join(folder, 'none'))).toBe('');
});

test('a DUT that never answered is said to be silent', () => {
  record([0, 'tx', 'HELLO'], [1000, 'tx', 'HELLO']);
  expect(uartText(folder)).toBe('[the host sent, and heard nothing]');
});
