import { expect, test } from 'vitest';
import { progressLine, progressText } from './progress.ts';

const at = (done: number) => ({ suite: 'fashion', target: 'rp2040js-pico', done, total: 300, mips: 41.3 });

function terminal(isTTY: boolean) {
  const written: string[] = [];
  let now = 0;
  const line = progressLine({ isTTY, columns: 60, write: text => written.push(text) }, () => now);
  return { written, line, tick: (ms: number) => (now += ms) };
}

test('the line says what is measured, how far it is, how fast and how long', () => {
  expect(progressText(at(120), 8000)).toBe('fashion on rp2040js-pico  vector 120/300  41 MIPS  12 s left');
});

test('the first second promises no time', () => {
  expect(progressText(at(1), 900)).toBe('fashion on rp2040js-pico  vector 1/300  41 MIPS');
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
    'fashion on rp2040js-pico  vector 5/300  41 MIPS  3 min 56 s left\n',
    'fashion on rp2040js-pico  vector 10/300  41 MIPS  4 min 21 s left\n',
  ]);
});

test('where a line is too narrow the names are cut, not the figures', () => {
  const long = { ...at(120), suite: 'a'.repeat(80) };
  const text = progressText(long, 8000, 60);
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
