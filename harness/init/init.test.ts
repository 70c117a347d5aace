import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { InputError } from '../errors.ts';
import { writeModel } from '../fixtures/tflite.ts';
import { boardsFrom } from '../runner/select.ts';
import { loadSuite } from '../suite/load.ts';
import { elfFile } from '../target/fixtures/firmware.ts';
import { initialize } from './init.ts';

const vibration = fileURLToPath(new URL('../../suites/vibration-anomaly', import.meta.url));
const int8 = readFileSync(join(vibration, 'anomaly_int8.tflite'));
const float = readFileSync(join(vibration, 'anomaly_float.tflite'));

/** A repository with some files, for as long as the test. */
function repository(files: Record<string, Uint8Array | string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-init-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

function suiteIn(folder: string, name: string) {
  return loadSuite(join(folder, 'suites', name, 'suite.yaml'), boardsFrom(folder));
}

test('a model and its float twin become a suite that can be read', async () => {
  const folder = repository({ 'models/Anomaly INT8.tflite': int8, 'models/anomaly_float.tflite': float });
  const { suites } = await initialize(folder);
  expect(suites.map(({ name }) => name)).toEqual(['anomaly-int8']);
  expect(suiteIn(folder, 'anomaly-int8')).toMatchObject({
    model: { file: join(folder, 'models/Anomaly INT8.tflite'), float: join(folder, 'models/anomaly_float.tflite') },
    targets: ['rp2040js-pico'],
    budgets: [{ budget: 'golden.maxDiffLsb', limit: 0 }, { budget: 'memory.arena' }],
  });
});

test('the same model gets the same inputs everywhere', async () => {
  const folders = [repository({ 'm.tflite': int8 }), repository({ 'elsewhere/m.tflite': int8 })];
  const [here, there] = await Promise.all(
    folders.map(async folder => {
      await initialize(folder);
      return readFileSync(join(folder, 'suites', 'm', 'inputs.npy'));
    }),
  );
  expect(here).toEqual(there);
});

test('a model that no kernel here can run is refused before anything is written', async () => {
  const tensor = { shape: [1, 4], scales: [1], zeroPoint: 0 };
  const magic = { code: 32, custom: 'Magic', inputs: [0], outputs: [1] };
  const folder = repository({
    'm.tflite': writeModel({ tensors: [tensor, tensor], operators: [magic], inputs: [0], outputs: [1] }),
  });
  await expect(initialize(folder)).rejects.toThrow('m.tflite');
  expect(readdirSync(folder)).toEqual(['m.tflite']);
});

test('a model that only a firmware carries becomes a file', async () => {
  const image = elfFile([{ address: 0x1000_0000, bytes: Buffer.concat([Buffer.alloc(64), int8]) }]);
  const folder = repository({ 'build/app.elf': image });
  await initialize(folder);
  expect(readFileSync(join(folder, 'suites', 'app', 'model.tflite'))).toEqual(int8);
  expect(readFileSync(join(folder, 'suites', 'app', 'suite.yaml'), 'utf8')).toContain(
    '# firmware: { rp2040js-pico: ../../build/app.elf }',
  );
});

test('a model that is a file and in the firmware is one suite; copies are one; two models of a name are told apart', async () => {
  const other = Uint8Array.from(int8);
  other[other.length - 1] = (other.at(-1) ?? 0) ^ 1; // in a name or a version: still a model
  const image = elfFile([{ address: 0x1000_0000, bytes: int8 }]);
  const folder = repository({ 'a/net.tflite': int8, 'b/copy.tflite': int8, 'c/net.tflite': other, 'app.elf': image });
  const { suites } = await initialize(folder);
  expect(suites.map(({ name, model }) => [name, model])).toEqual([
    ['net', 'a/net.tflite'],
    ['net-2', 'c/net.tflite'],
  ]);
});

test('what looks like a model and is none is passed over, with why', async () => {
  const folder = repository({ 'broken.tflite': int8.subarray(0, 500), 'm.tflite': int8, 'x.elf': 'no ELF' });
  const { found } = await initialize(folder);
  expect(found.unreadable.toSorted()).toEqual([
    expect.stringContaining('broken.tflite'),
    expect.stringContaining('x.elf: is cut short'),
  ]);
});

test.each([
  [{}, 'no .tflite is in it, and no linked firmware'],
  [{ 'f.tflite': float }, 'f.tflite: float32, and a target runs quantized models'],
  [{ 'app.elf': elfFile([{ address: 0, bytes: Buffer.alloc(8) }]) }, 'none of its 1 ELF files carries one'],
  [{ 'node_modules/m.tflite': int8 }, 'no .tflite is in it'],
])('a repository without a model to test is told so, and is left alone', async (files, what) => {
  const folder = repository(files);
  const before = readdirSync(folder);
  await expect(initialize(folder)).rejects.toThrow(InputError);
  await expect(initialize(folder)).rejects.toThrow(what);
  expect(readdirSync(folder)).toEqual(before);
});

test('a suite that is there is not touched, nor is another written', async () => {
  const folder = repository({ 'a.tflite': int8, 'z.tflite': float, 'suites/a/suite.yaml': 'mine' });
  await expect(initialize(folder)).rejects.toThrow('suites/a/suite.yaml: is there already');
  expect(readdirSync(join(folder, 'suites'))).toEqual(['a']);
  expect(readFileSync(join(folder, 'suites/a/suite.yaml'), 'utf8')).toBe('mine');
});
