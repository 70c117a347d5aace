// What scripts get: an object with the version of its form, of which the help names every field.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProject } from '../runner/fixtures/project.ts';

const checkout = join(import.meta.dirname, '..', '..');
const tflite = 'suites/vibration-anomaly/anomaly_int8.tflite';

test.each([
  ['check', ['hum']],
  ['list', ['hum']],
  ['model', ['m.tflite']],
  ['image', [join(checkout, 'boards/firmware/images/rp2040.elf'), '--model', 'm.tflite']],
  ['init', []],
  ['doctor', []],
  ['boards', []],
])('%s --json gives one object with the version of its form, and --help names its fields', async (command, args) => {
  using project = createProject();
  project.suite('hum');
  copyFileSync(join(checkout, tflite), join(project.folder, 'm.tflite'));
  if (command === 'init') project.write('suites/hum/suite.yaml', ''); // so that the model has no suite
  const { stdout } = await project.run(command, ...args, '--json');
  const said = JSON.parse(stdout) as Record<string, unknown>;
  expect(said.tickmark).toBe(1);
  const { stdout: help } = await project.run(command, '--help');
  expect(fieldsOf(said).filter(name => !help.includes(name))).toEqual([]);
});

/** Names of fields, those of what lists hold included. */
function fieldsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.slice(0, 1).flatMap(fieldsOf);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...fieldsOf(inner)]);
}
