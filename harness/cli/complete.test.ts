import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Argument, Command } from 'commander';
import { afterAll, expect, test } from 'vitest';
import { complete } from './complete.ts';

const folder = mkdtempSync(join(tmpdir(), 'tickmark-complete-'));
afterAll(() => rmSync(folder, { recursive: true }));
const files = {
  'suites/kws/suite.yaml': '',
  'suites/kws/kws.tflite': '',
  'suites/kws/notes.md': '',
  'suites/kws/yes.wav': '',
  'suites/vibration/suite.yaml': '',
  'suites/training/train.py': '',
  'boards.local.yaml': 'own-nucleo: { target: { baud: 9600 } }\nown-nucleo-2:\n  like: own-nucleo\n',
  'boards/nucleo.yaml': 'board: own-nucleo # ours\ntitle: Nucleo L4R5ZI\n',
  'build/app.elf': '',
  'reports/out/2026/results.json': '{}',
};
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const program = new Command('tickmark');
program
  .command('run')
  .description('measure')
  .argument('[SUITE...]')
  .option('-t, --target <NAME...>', 'only these')
  .option('--image <TARGET=ELF>', 'your own firmware')
  .option('--replay <DIR>', 'an earlier run')
  .option('-g, --grep <RE>', 'only cases that match')
  .option('--strict', 'as CI wants it');
program.command('model').argument('<MODEL>').option('--float <TWIN>');
program.command('golden').argument('<MODEL>').argument('<INPUTS>');
program.command('report').argument('[RUN]');
program.command('completion').addArgument(new Argument('<SHELL>').choices(['bash', 'zsh']));
program.command('__complete', { hidden: true });

/** Candidates for a command line that ends at the cursor. */
const after = (line: string) => complete(program, line.split(' ').slice(1), folder).map(({ value }) => value);

test('the first word is a command, never a hidden one', () => {
  expect(after('tickmark ')).toEqual(['run', 'model', 'golden', 'report', 'completion', 'help']);
  expect(after('tickmark r')).toEqual(['run', 'report']);
  expect(complete(program, ['ru'], folder)).toEqual([{ value: 'run', about: 'measure' }]);
});

test('a suite is one of the project, by name or by path', () => {
  expect(after('tickmark run v')).toEqual(['vibration']);
  expect(after('tickmark run kws v')).toEqual(['vibration']);
  expect(after('tickmark run suites/kws/')).toEqual(['suites/kws/suite.yaml']);
});

test('a target is one of the package or of the project', () => {
  expect(after('tickmark run --target ')).toEqual(expect.arrayContaining(['rp2040js-pico', 'own-nucleo']));
  expect(after('tickmark run -t rp2040js-pico own')).toEqual(['own-nucleo', 'own-nucleo-2']);
  expect(after('tickmark run --target=own-nucleo-')).toEqual(['--target=own-nucleo-2']);
});

test('an image is a target, then firmware', () => {
  expect(after('tickmark run --image own')).toEqual(['own-nucleo=', 'own-nucleo-2=']);
  expect(after('tickmark run --image own-nucleo=build/')).toEqual(['own-nucleo=build/app.elf']);
});

test('a dash begins an option of the command', () => {
  expect(after('tickmark run --s')).toEqual(['--strict']);
  expect(after('tickmark run kws --st')).toEqual(['--strict']);
  expect(after('tickmark model --s')).toEqual([]);
});

test('a model is a .tflite, a run is one of reports/out, a replay is a folder', () => {
  expect(after('tickmark model suites/kws/')).toEqual(['suites/kws/kws.tflite']);
  expect(after('tickmark model --float suites/kws/')).toEqual(['suites/kws/kws.tflite']);
  expect(after('tickmark golden kws.tflite suites/kws/')).toEqual(['suites/kws/yes.wav']);
  expect(after('tickmark report ')).toContain('reports/out/2026');
  expect(after('tickmark run --replay s')).toEqual(['suites/']);
});

test('an argument with choices offers them', () => {
  expect(after('tickmark completion z')).toEqual(['zsh']);
});

test('what only a person can know, or nobody, is offered nothing', () => {
  for (const line of ['run --grep k', 'model a.tflite k', 'nonsense k', 'run nowhere/k', 'model --nonsense=k'])
    expect(after(`tickmark ${line}`)).toEqual([]);
  expect(complete(program, [], folder)).not.toEqual([]);
  expect(complete(program, ['run', 'k'], '/nowhere/at/all')).toEqual([]);
});
