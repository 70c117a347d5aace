import { expect, test } from 'vitest';
import { aCase, aResults, aVerdict } from '../fixtures/results.ts';
import { allNamed, parseXml } from '../fixtures/xml.ts';
import { junitXml } from './junit.ts';

const document = parseXml(junitXml(aResults()));
const testCase = (name: string) => allNamed(document, 'testcase').find(node => node.attributes.name === name);

test('a target is a test suite, a case a test case', () => {
  expect(allNamed(document, 'testsuite').map(node => [node.attributes.name, node.attributes.tests])).toEqual([
    ['rp2040js-pico', '4'],
    ['nucleo-l4r5zi', '1'],
  ]);
});

test('failed is a failure; broken and inconclusive are errors; skipped is skipped', () => {
  expect(document.attributes).toMatchObject({ tests: '5', failures: '1', errors: '2', skipped: '1' });
  expect(testCase('vibration-anomaly on rp2040js-pico')?.children.map(node => node.name)).toContain('failure');
  expect(testCase('keyword on rp2040js-pico')?.children.map(node => node.name)).toContain('error');
  expect(testCase('gesture on rp2040js-pico')?.children.map(node => node.name)).toContain('error');
  expect(testCase('fashion on nucleo-l4r5zi')?.children.map(node => node.name)).toContain('skipped');
});

test('a passed case has no outcome but its measured values', () => {
  const passed = testCase('fashion on rp2040js-pico');
  expect(passed?.children.map(node => node.name)).toEqual(['properties']);
  const properties = Object.fromEntries(
    allNamed(passed ?? document, 'property').map(({ attributes }) => [attributes.name, attributes.value]),
  );
  expect(properties).toMatchObject({ 'latency.modelled-cycles.p50': '371204 cycles', basis: 'modelled-cycles' });
});

test('every verdict that did not pass is in the text', () => {
  const [failure] = allNamed(document, 'failure');
  expect(failure?.text).toContain('failed: latency.modelled-cycles.p50');
  expect(failure?.text).toContain('failed: golden.maxDiffLsb');
});

test('control characters, markup and quotes of firmware leave the document well formed', () => {
  const reason = 'said "\u0000\u001b[31m</error>]]>&" and \ud800';
  const hostile = aCase({
    suite: '<a>&"',
    status: 'broken',
    verdicts: [aVerdict({ status: 'broken', reason })],
    warnings: [reason],
  });
  const [error] = allNamed(parseXml(junitXml(aResults({ cases: [hostile] }))), 'error');
  expect(error?.text).toContain('␀␛[31m</error>]]>&');
});

test('a run without cases is an empty document', () => {
  expect(parseXml(junitXml(aResults({ cases: [] }))).attributes.tests).toBe('0');
});

test('a run that ended early is an error of its own, though all it judged has passed', () => {
  const passed = aCase({ status: 'passed', verdicts: [] });
  const early = parseXml(
    junitXml(aResults({ cases: [passed], run: { planned: 3, interrupted: true, complete: false } })),
  );
  const [error] = allNamed(early, 'error');
  expect(error?.attributes.message).toBe('2 of 3 cases were not judged: the run was interrupted');
});
