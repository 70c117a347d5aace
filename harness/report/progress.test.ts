import { expect, test } from 'vitest';
import { progressLine, progressText } from './progress.ts';
import type { RunProgress, RunState, UnderWay } from './run-progress.ts';

const unbounded = Number.POSITIVE_INFINITY;

function fashion(done: number): UnderWay {
  return { caseId: 'fashion@rp2040js-pico', title: 'fashion on rp2040js-pico', done, total: 300, mips: 41.3 };
}

const hum: UnderWay = { caseId: 'hum@qemu-mps2-an386', title: 'hum on qemu-mps2-an386', done: 7, total: 50 };
const kws: UnderWay = { caseId: 'kws@qemu-rv32', title: 'kws on qemu-rv32', done: 12, total: 200 };
const alone: RunState = { judged: 0, planned: 1, underWay: [fashion(120)], leftMs: 12_000 };
const several: RunState = { judged: 3, planned: 12, underWay: [fashion(120), hum, kws], leftMs: 72_400 };

function terminal(isTTY: boolean) {
  const written: string[] = [];
  let now = 0;
  const line = progressLine({ isTTY, columns: 60, write: text => written.push(text) }, () => now);
  return { written, line, tick: (ms: number) => (now += ms) };
}

function at(done: number): RunProgress {
  const state = () => ({ ...alone, underWay: [fashion(done)] });
  return { state, expect() {}, update() {}, measured() {}, judged() {}, restart() {} };
}

test('says what takes its time besides vectors', () => {
  const { mips: _of, ...done } = fashion(300);
  const text = progressText({ ...alone, underWay: [{ ...done, busy: 'period 2/3' }] }, unbounded);
  expect(text).toBe('fashion on rp2040js-pico  vector 300/300  period 2/3  12 s left');
});

test('the line says what is measured, how far it is, how fast and how long', () => {
  expect(progressText(alone, unbounded)).toBe('fashion on rp2040js-pico  vector 120/300  41 MIPS  12 s left');
});

test('what is left is said only where it is known', () => {
  const { leftMs: _unknown, ...unknown } = alone;
  expect(progressText(unknown, unbounded)).toBe('fashion on rp2040js-pico  vector 120/300  41 MIPS');
});

test('of a run of many cases it says how many are done, all that are under way, and what is left of the run', () => {
  expect(progressText({ ...several, underWay: [fashion(120)] }, unbounded)).toBe(
    '3/12 cases  fashion on rp2040js-pico  vector 120/300  41 MIPS  1 min 12 s left',
  );
  expect(progressText(several, unbounded)).toBe(
    '3/12 cases  fashion on rp2040js-pico 120/300  hum on qemu-mps2-an386 7/50  kws on qemu-rv32 12/200  1 min 12 s left',
  );
  expect(progressText({ ...several, underWay: [] }, unbounded)).toBe('3/12 cases  1 min 12 s left');
});

test.each([
  [
    119,
    '3/12 cases  fashion on rp2040js-pico 120/300  hum on qemu-mps2-an386 7/50  kws on qemu-rv32 12/200  1 min 12 s left',
  ],
  [100, '3/12 cases  fashion on rp2040js-pico 120/300  hum on qemu-mps2-an386 7/50  +1  1 min 12 s left'],
  [79, '3/12 cases  fashion on rp2040js-pico 120/300  +2  1 min 12 s left'],
  [59, '3/12 cases  fashion o…0js-pico 120/300  +2  1 min 12 s left'],
  [40, '3/12 cases  fashio…-…+2  1 min 12 s left'],
])('on a terminal of %i columns cases are left out and counted, then names are cut', (columns, expected) => {
  const text = progressText(several, columns);
  expect(text.length).toBeLessThanOrEqual(columns);
  expect(text).toBe(expected);
});

test('a terminal has one line that is rewritten, and taken away', () => {
  const { written, line, tick } = terminal(true);
  line.update(at(1));
  tick(200);
  line.update(at(2));
  line.clear();
  line.clear();
  expect(written).toHaveLength(3);
  expect(written.every(text => text.startsWith('\r\u001b[2K') && !text.includes('\n'))).toBe(true);
});

test('a terminal is rewritten ten times a second at most, and never wider than it is', () => {
  const { written, line, tick } = terminal(true);
  for (let done = 1; done <= 100; done++) {
    line.update(at(done));
    tick(10);
  }
  expect(written).toHaveLength(10);
  expect(Math.max(...written.map(text => text.length))).toBeLessThanOrEqual(60 + '\r\u001b[2K'.length);
});

test('elsewhere a plain line comes every five seconds at most, and none for a short run', () => {
  const { written, line, tick } = terminal(false);
  for (let second = 1; second <= 11; second++) {
    tick(1000);
    line.update(at(second));
  }
  line.clear();
  expect(written).toEqual([
    'fashion on rp2040js-pico  vector 5/300  41 MIPS  12 s left\n',
    'fashion on rp2040js-pico  vector 10/300  41 MIPS  12 s left\n',
  ]);
});

test('where a line is too narrow the names are cut, not the figures', () => {
  const long = { ...fashion(120), title: `${'a'.repeat(80)} on rp2040js-pico` };
  const text = progressText({ ...alone, underWay: [long] }, 60);
  expect(text).toMatch(/^a+….*pico {2}vector 120\/300 {2}41 MIPS {2}12 s left$/);
  expect(text).toHaveLength(60);
});

test('what else takes a while is said at once on a terminal, and elsewhere only after five seconds', () => {
  const live = terminal(true);
  live.line.update(at(1));
  live.line.say('allure makes the page');
  expect(live.written.at(-1)).toBe('\r\u001b[2Kallure makes the page');
  const plain = terminal(false);
  plain.line.say('allure makes the page');
  expect(plain.written).toEqual([]);
});
