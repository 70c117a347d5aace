import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { InputError, ModelError, TargetError } from '../errors.ts';
import { faultsError } from './fault.ts';
import { findings } from './findings.ts';
import { Misfit } from './misfit.ts';
import type { Suite } from './suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'tickmark-findings-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'suite.yaml'), 'suite: kws\nmodel: { file: m.tflite }\nvectors: { first: 900 }\n');
writeFileSync(join(folder, 'labels.csv'), 'class\n0\ndog\n');

const suite = { name: 'kws', file: join(folder, 'suite.yaml') } as Suite;

function faultOf(error: Error) {
  const { faults, attempt } = findings(suite);
  attempt(['model', 'file'], () => {
    throw error;
  });
  return faultsError(faults, folder).faults;
}

test('a misfit is at the value of the suite that it names', () => {
  const misfit = new Misfit(suite, ['vectors', 'first'], 'first is 900, and there are 300 vectors');
  expect(faultOf(misfit)).toEqual([{ file: 'suite.yaml', line: 3, column: 19, message: misfit.what }]);
});

test('a model that cannot be read is a fault of the suite that names it', () => {
  expect(faultOf(new ModelError('is cut short', 'm.tflite', 'copy it again'))).toEqual([
    { file: 'suite.yaml', line: 2, column: 16, message: 'model.file: is cut short; copy it again' },
  ]);
});

test('a fault of a file as a whole is at the line of the suite that names it', () => {
  const error = new InputError('is no ELF', join(folder, 'm.tflite'), 'link it');
  expect(faultOf(error)).toMatchObject([{ file: 'suite.yaml', line: 2, message: 'model.file: is no ELF; link it' }]);
});

test('a fault of another file is at its own line', () => {
  const error = new InputError('"dog" is no class', join(folder, 'labels.csv:3'), 'write an index');
  expect(faultOf(error)).toEqual([
    { file: 'labels.csv', line: 3, column: 1, message: '"dog" is no class; write an index' },
  ]);
});

test('a fault of a file that the suite does not name there has no line', () => {
  const error = new InputError('is no ELF', join(folder, 'app.elf'), 'link it');
  expect(faultOf(error)).toEqual([{ file: 'app.elf', message: 'is no ELF; link it' }]);
});

test('reading goes on after a fault, and gives what was read', () => {
  const { attempt } = findings(suite);
  expect(attempt([], () => 7)).toBe(7);
});

test('what is not wrong input is thrown at once', () => {
  expect(() => faultOf(new TargetError('hangs', 'pico', 'unplug it'))).toThrow('hangs');
});
