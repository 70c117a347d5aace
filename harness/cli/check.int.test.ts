import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const checkout = join(import.meta.dirname, '..', '..');
const model = join(checkout, 'suites', 'vibration-anomaly');
const folder = mkdtempSync(join(tmpdir(), 'tickmark-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

for (const [name, first] of Object.entries({ sound: 20, many: 9000, unread: '"all"' })) {
  const text = readFileSync(join(model, 'suite.yaml'), 'utf8')
    .replaceAll(/[\w-]+\.(tflite|npy|csv)/g, file => join(model, file))
    .replace('suite: vibration-anomaly', `suite: ${name}`)
    .replace('vectors: {', `vectors: { first: ${first},`);
  mkdirSync(join(folder, 'suites', name), { recursive: true });
  writeFileSync(join(folder, 'suites', name, 'suite.yaml'), text);
}

function checked(...args: readonly string[]) {
  const cli = join(checkout, 'dist', 'cli.js');
  const options = { cwd: folder, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'check', '--json', ...args], options);
  expect(stderr).toBe('');
  return { status, said: JSON.parse(stdout) as unknown };
}

test('check --json tells of each sound suite', () => {
  expect(checked('sound')).toMatchObject({
    status: 0,
    said: { tickmark: 1, sound: true, suites: [{ suite: 'sound', file: 'suites/sound/suite.yaml' }], faults: [] },
  });
});

test('promises that do not go together are noted, and no fault', () => {
  const suite = readFileSync(join(folder, 'suites', 'sound', 'suite.yaml'), 'utf8')
    .replace('suite: sound', 'suite: promises')
    .replace(/targets:(\n +.*)+/, 'targets: [pico]')
    .replace(/measure: .*/, 'measure: { current: { period: 10 s } }')
    .replace(
      /budgets:\n(.|\n)*/,
      "budgets:\n  current: { measured: { dutyCycle: { mean: '<= 1.0 mA' } } }\n  battery: { measured: { CR2032: '>= 1 year' } }\n",
    );
  mkdirSync(join(folder, 'promises'));
  writeFileSync(join(folder, 'promises', 'suite.yaml'), suite);
  expect(checked('promises/suite.yaml')).toMatchObject({
    status: 0,
    said: {
      sound: true,
      faults: [],
      notes: [
        { file: 'promises/suite.yaml', message: expect.stringContaining('is 9.4 days, and a life of 1 year asks') },
      ],
    },
  });
});

test('check --json has what is wrong with one file and what does not fit in another at once, each with its place', () => {
  const { status, said } = checked();
  expect(status).toBe(2);
  expect(said).toMatchObject({
    sound: false,
    suites: [],
    faults: [
      {
        file: 'suites/many/suite.yaml',
        line: 4,
        column: 19,
        message: expect.stringContaining('there are 300 vectors'),
      },
      { file: 'suites/unread/suite.yaml', line: 4, column: 19, message: expect.stringContaining('a whole number') },
    ],
  });
});

test('check --json has no line for what is no file', () => {
  expect(checked('soud')).toMatchObject({
    status: 2,
    said: {
      faults: [{ file: 'soud', line: null, column: null, message: expect.stringContaining('Did you mean "sound"?') }],
    },
  });
});
