import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseWindows } from './power-windows.ts';

/** `--windows FILE` of a file with this content. */
function ofFile(name: string, content: string) {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-windows-'));
  try {
    writeFileSync(join(folder, name), content);
    return parseWindows([name], folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([
  ['whole', { kind: 'whole' }],
  ['D0', { kind: 'line', name: 'D0', active: 'high', isPulse: false }],
  ['D3:low', { kind: 'line', name: 'D3', active: 'low', isPulse: false }],
  ['GPI1:pulse', { kind: 'line', name: 'GPI1', active: 'high', isPulse: true }],
  ['D0:low:pulse', { kind: 'line', name: 'D0', active: 'low', isPulse: true }],
  ['0.5s..620ms', { kind: 'times', windows: [{ startS: 0.5, stopS: 0.62 }] }],
])('--windows %s', (text, spec) => {
  expect(parseWindows([text], '/')).toEqual(spec);
});

test('several ranges are sorted', () => {
  expect(parseWindows(['2s..3s', '0s..1s'], '/')).toMatchObject({ windows: [{ startS: 0 }, { startS: 2 }] });
});

test.each([
  [
    'start,stop\n0.1,0.2\n0.3,0.4\n',
    [
      { startS: 0.1, stopS: 0.2 },
      { startS: 0.3, stopS: 0.4 },
    ],
  ],
  ['start (ms);stop (ms);inferences\r\n100;200;10\r\n', [{ startS: 0.1, stopS: 0.2, inferences: 10 }]],
  ['start_us,stop_us\n100000,200000\n', [{ startS: 0.1, stopS: 0.2 }]],
  ['0.1,0.2\n', [{ startS: 0.1, stopS: 0.2 }]],
])('a CSV of times: %j', (content, windows) => {
  expect(ofFile('w.csv', content)).toEqual({ kind: 'times', windows });
});

// EEMBC: the first is of the command `timestamp`
test.each([
  [
    '[[0.1, 0.2], [0.3, 0.4, 5]]',
    [
      { startS: 0.1, stopS: 0.2 },
      { startS: 0.3, stopS: 0.4, inferences: 5 },
    ],
  ],
  [
    '[0.01, 0.1, 0.2, 0.3, 0.4]',
    [
      { startS: 0.1, stopS: 0.2 },
      { startS: 0.3, stopS: 0.4 },
    ],
  ],
  ['[{ "start": 1, "stop": 2 }]', [{ startS: 1, stopS: 2 }]],
])('a JSON of times: %j', (content, windows) => {
  expect(ofFile('w.json', content)).toEqual({ kind: 'times', windows });
});

test.each([
  [['D0 D1 !'], 'is no windows'],
  [['D0:up'], 'is no windows'],
  [['1..2'], 'has no unit'],
  [['2s..1s'], 'before it begins'],
  [['0s..2s', '1s..3s'], 'lie over one another'],
  [['D0', '0s..1s'], 'cannot stand beside'],
  [['nowhere.csv'], 'there is no such file'],
])('%j is an error', (texts, words) => {
  expect(() => parseWindows(texts, '/')).toThrow(words);
});

test.each([
  ['w.json', '{}', 'is no list of windows'],
  ['w.json', '[1, 2', 'is no JSON'],
  ['w.json', '[0.1, 0.2]', 'not one, and then two a window'],
  ['w.json', '[["a", 2]]', 'is no start and stop'],
  ['w.json', '[]', 'has 0 times'],
  ['w.csv', 'begin of it\n1,2\n', 'no start and stop'],
  ['w.csv', 'stop,start\n1,2\n', 'its first column is "stop"'],
  ['w.csv', 'start,stop\n1\n', 'is no start and stop'],
  ['w.csv', 'start,stop,inferences\n1,2,1.5\n', '1.5 is no number of inferences'],
  ['w.csv', 'start,stop\n', 'has no windows'],
])('%s with %j is an error', (name, content, words) => {
  if (content.startsWith('begin')) expect(ofFile(name, content)).toMatchObject({ windows: [{ startS: 1, stopS: 2 }] });
  else expect(() => ofFile(name, content)).toThrow(words);
});
