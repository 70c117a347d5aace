import { expect, test } from 'vitest';
import { InputError } from '../../errors.ts';
import { findingsIn, noPatterns } from './fixtures/read.ts';
import { plainText } from './line.ts';
import { userPatterns } from './user.ts';

const lineOf = (text: string, number = 1) => ({ number, text, plain: plainText(text), bytes: text.length });

test.each([
  ['(?<step_ms>[0-9.]+)ms', 'took 4.5ms', { name: 'step_ms', value: 4500, unit: 'µs' }],
  ['I=(?<run_ua>\\d+)', 'I=850', { name: 'run_ua', value: 0.85, unit: 'mA' }],
  ['(?<e_uj>[\\d.]+) uJ', 'E 12.5 uJ', { name: 'e_uj', value: 12.5, unit: 'µJ' }],
  ['(?<heap_kib>\\d+) K', 'heap 3 K', { name: 'heap_kib', value: 3072, unit: 'B' }],
  ['(?<t_ticks>[\\d,]+) t', 'in 1,234,567 t', { name: 't_ticks', value: 1_234_567, unit: 'ticks' }],
  ['loss (?<loss>\\S+)', 'loss 1e-3', { name: 'loss', value: 0.001, unit: '1' }],
  ['acc (?<acc_percent>\\S+)', 'acc 97', { name: 'acc_percent', value: 97, unit: '%' }],
])('the group of /%s/ is a metric by its unit', (pattern, text, metric) => {
  expect(findingsIn(`${text}\n`, { metrics: [pattern] })).toEqual([{ kind: 'metric', line: 1, ...metric }]);
});

test('what is no number, and a group that took no part, are no metrics', () => {
  expect(findingsIn('loss nan\n', { metrics: ['loss (?<loss>\\S+)|gain (?<gain>\\S+)'] })).toEqual([]);
});

test('a number that begins the first line may be the end of another, later ones are not', () => {
  const findings = findingsIn('873 us\n873 us\n', { metrics: ['(?<step_us>\\d+) us'] });
  expect(findings.map(({ line }) => line)).toEqual([2]);
});

test.each([
  ['.', 4085],
  ['…', 8184 / 3],
])('a number that a long line is cut in is none, one before it is: behind %s', (dot, count) => {
  const metrics = ['took (?<step_us>\\d+)', 'then (?<next_us>\\d+) us'];
  expect(findingsIn(`\nthen 12 us;\n${dot.repeat(count)}took 123456 us\n`, { metrics })).toHaveLength(1);
  expect(findingsIn('\nthen 12 us; took 123456 us\n', { metrics })).toHaveLength(2);
});

test('a group that names who runs is a fact', () => {
  expect(findingsIn('fw 1.2-rc\n', { metrics: ['fw (?<fw_version>\\S+)'] })).toEqual([
    { kind: 'fact', name: 'fw_version', text: '1.2-rc', line: 1 },
  ]);
});

test.each([
  ['a match', '^TX: .*', 'TX: 4f2a', 8],
  ['a match behind a prefix that is not sent', '(?<=^TX: ).*', 'TX: 4f2a°', 6],
  ['the number in its group', 'sent (?<bytes>[\\d,]+) bytes', 'lora: sent 1,051 bytes', 1051],
  ['the whole line, where that is no number', 'sent (?<bytes>\\S+) bytes', 'lora: sent no bytes', 19],
])('a message has the bytes of %s', (_, uplink, text, bytes) => {
  expect(findingsIn(`\n${text}\nelse\n`, { uplink })).toEqual([{ kind: 'message', bytes, line: 2 }]);
});

test('a message that is longer than what is kept of a line counts whole', () => {
  const [message] = findingsIn(`\nTX: ${'x'.repeat(20_000)}\n`, { uplink: '(?<=^TX: ).*' });
  expect(message).toMatchObject({ kind: 'message', bytes: 20_004 });
});

test('an ignored line says nothing, whatever it is', () => {
  const log = '[INFERENCE FAULT] on purpose\n[INFERENCE FAULT] for real\n';
  const failed = findingsIn(log, { ignore: ['on purpose$'], fail: ['FAULT'] });
  expect(failed.map(({ line }) => line)).toEqual([2, 2]);
});

test('a suite’s own failing lines and its end are found beside what is known', () => {
  const findings = findingsIn('sensor timeout\nCONV_2D took 5 ticks (0 ms).\nbye\n', {
    fail: ['^sensor'],
    until: '^bye',
  });
  expect(findings.map(({ kind, line }) => `${line} ${kind}`)).toEqual(['1 fail', '2 operators', '2 metric', '3 end']);
});

test('a pattern that backtracks without end is told by its name and line, and holds nothing up for long', () => {
  const look = userPatterns({ ...noPatterns, fail: ['^(a+)+$'] }, 50);
  const started = performance.now();
  expect(() => look([lineOf('fine'), lineOf(`${'a'.repeat(60)}!`, 2)])).toThrow(InputError);
  expect(() => look([lineOf('fine'), lineOf(`${'a'.repeat(60)}!`, 2)])).toThrow(/\^\(a\+\)\+\$.* on line 2/);
  expect(performance.now() - started).toBeLessThan(2000);
  expect(look([lineOf('aaa', 3)])).toMatchObject([{ findings: [{ kind: 'fail', line: 3 }] }]);
});
