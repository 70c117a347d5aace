import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

const [int32Code, int8Code] = [2, 9]; // of schema.fbs
const tensor = { shape: [1, 4], scales: [1], zeroPoint: 0 };
const magic = { code: 32, custom: 'Magic', inputs: [0], outputs: [1] };
const unsupported = writeModel({ tensors: [tensor, tensor], operators: [magic], inputs: [0], outputs: [1] });

test('a model that no kernel here can run is passed over; alone, it is refused before anything is written', async () => {
  const why = expect.stringContaining('Magic');
  const { suites, passedOver } = await initialize(repository({ 'm.tflite': unsupported, 'net.tflite': int8 }));
  expect(suites.map(({ name }) => name)).toEqual(['net']);
  expect(passedOver).toEqual([{ model: 'm.tflite', why }]);
  const folder = repository({ 'm.tflite': unsupported });
  await expect(initialize(folder)).rejects.toThrow(/m\.tflite cannot be run: .*Magic/);
  expect(readdirSync(folder)).toEqual(['m.tflite']);
});

test('a model of gigabytes by its shapes is passed over before any input is made for it', async () => {
  const huge = { ...tensor, shape: [1, 2 ** 30] };
  const reshape = { code: 22, inputs: [0], outputs: [1] };
  const model = writeModel({ tensors: [huge, huge], operators: [reshape], inputs: [0], outputs: [1] });
  const { passedOver } = await initialize(repository({ 'huge.tflite': model, 'net.tflite': int8 }));
  expect(passedOver).toEqual([{ model: 'huge.tflite', why: expect.stringContaining('an arena of about 2048 MiB') }]);
});

test.each(['123', 'null', '1e5', 'true'])('a model named %s becomes a suite of that name', async name => {
  const folder = repository({ [`${name}.tflite`]: int8 });
  await initialize(folder);
  expect(suiteIn(folder, name)).toMatchObject({ name });
});

test('a model in capitals, or behind a link, is found; a link that leads nowhere is none', async () => {
  const folder = repository({ 'NET.TFLITE': int8, 'elsewhere/data': unsupported });
  symlinkSync(join(folder, 'elsewhere/data'), join(folder, 'm.tflite'));
  symlinkSync(join(folder, 'loop.tflite'), join(folder, 'loop.tflite'));
  const { found } = await initialize(folder);
  expect(found.models.map(({ path }) => path).toSorted()).toEqual(['NET.TFLITE', 'm.tflite']);
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

test('an ELF file is offered for the target that can run it, under one key, and for none when none can', async () => {
  const [pico, mps2, elsewhere] = [0x1000_0000, 0, 0x6000_0000].map(address =>
    elfFile([{ address, bytes: new Uint8Array(64) }]),
  );
  const folder = repository({ 'm.tflite': int8, 'a.elf': mps2, 'b.elf': pico, 'c.elf': pico, 'd.elf': elsewhere });
  await initialize(folder);
  const text = readFileSync(join(folder, 'suites/m/suite.yaml'), 'utf8');
  expect(text.match(/firmware: {.*}/g)).toEqual([
    expect.stringMatching(/{ qemu-mps2-an\d+: ..\/..\/a.elf, rp2040js-pico: ..\/..\/b.elf }/),
  ]);
  expect(text).not.toContain('d.elf');
});

test('a model that is a file and in the firmware is one suite; copies are one; two models of a name are told apart', async () => {
  const image = elfFile([{ address: 0x1000_0000, bytes: int8 }]);
  const folder = repository({
    'a/net.tflite': int8,
    'b/copy.tflite': int8,
    'c/net.tflite': otherModel(),
    'app.elf': image,
  });
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
  [{ 'f.tflite': float }, 'f.tflite takes float32, and a target runs what takes int8, uint8 or int16'],
  [{ 'i.tflite': taking(int32Code) }, 'i.tflite takes int32'],
  [{ 'i.tflite': taking(int32Code, int8Code) }, 'i.tflite takes int32 and int8'],
  [{ 'app.elf': elfFile([{ address: 0, bytes: Buffer.alloc(8) }]) }, 'its ELF file carries none'],
  [{ 'node_modules/m.tflite': int8 }, 'no .tflite is in it'],
])('a repository without a model to test is told so, and is left alone', async (files, what) => {
  const folder = repository(files);
  const before = readdirSync(folder);
  await expect(initialize(folder)).rejects.toThrow(InputError);
  await expect(initialize(folder)).rejects.toThrow(what);
  expect(readdirSync(folder)).toEqual(before);
});

test('a second call writes nothing for what has a suite, and what is new gets one', async () => {
  const image = elfFile([{ address: 0x1000_0000, bytes: Buffer.concat([Buffer.alloc(64), int8]) }]);
  const folder = repository({ 'build/app.elf': image });
  await initialize(folder);
  await expect(initialize(folder)).rejects.toThrow('suites/app/model.tflite has a suite: suites/app/suite.yaml');
  expect(readdirSync(join(folder, 'suites'))).toEqual(['app']);
  writeFileSync(join(folder, 'new.tflite'), otherModel());
  const { suites, passedOver } = await initialize(folder);
  expect(suites.map(({ name }) => name)).toEqual(['new']);
  expect(passedOver).toEqual([{ model: 'suites/app/model.tflite', why: 'has a suite: suites/app/suite.yaml' }]);
});

test.each(['suite.yaml', 'inputs.npy'])(
  'a %s that is there is not touched, and other models get their suites',
  async name => {
    const folder = repository({ 'a.tflite': int8, 'b.tflite': otherModel(), [`suites/a/${name}`]: 'mine' });
    const { suites, passedOver } = await initialize(folder);
    expect(suites.map(suite => suite.name)).toEqual(['b']);
    expect(passedOver).toEqual([{ model: 'a.tflite', why: `would need suites/a/${name}, which is there already` }]);
    expect(readdirSync(join(folder, 'suites/a'))).toEqual([name]);
    expect(readFileSync(join(folder, 'suites/a', name), 'utf8')).toBe('mine');
  },
);

test('after an error the repository is as it was', async () => {
  const folder = repository({ 'a.tflite': int8, 'b.tflite': otherModel(), 'suites/b': 'a file' });
  await expect(initialize(folder)).rejects.toThrow('a file lies where its folder has to be: move it away');
  expect(readdirSync(join(folder, 'suites'))).toEqual(['b']);
});

/** The same network; its last byte is in a name or a version. */
function otherModel(): Uint8Array {
  const other = Uint8Array.from(int8);
  other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
  return other;
}

function taking(...types: readonly number[]): Uint8Array {
  const tensors = [...types.map(type => ({ ...tensor, type })), tensor];
  const add = { code: 0, inputs: types.map((_, index) => index), outputs: [types.length] };
  return writeModel({ tensors, operators: [add], inputs: add.inputs, outputs: add.outputs });
}
