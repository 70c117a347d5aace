import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { InputError } from '../errors.ts';
import type { Rig } from '../measure/rig.ts';
import { type MockOptions, mockTarget } from '../protocol/mock.ts';
import { tickmarkProtocol } from '../protocol/tickmark.ts';
import { loadCaseInputs } from '../runner/case-inputs.ts';
import { loadBoards } from '../suite/boards.ts';
import type { SerialTarget } from '../target/port.ts';
import { benchFor, dutOn } from './dut.ts';
import { vibration } from './fixtures/vibration.ts';

const buildId = 'ab'.repeat(20);
const image = { path: '/app.elf', file: 'app.elf', sha256: '00', flashBytes: 10, ramBytes: 20, buildId };
const inputs = loadCaseInputs(vibration.suite);
const first = inputs.vectors.inputs[0] ?? new Uint8Array();

interface Given extends MockOptions {
  readonly signal?: AbortSignal;
  readonly inferRetryMs?: number;
}

/** The example suite on a mock that answers with its input's first byte. */
async function bench({ signal = new AbortController().signal, inferRetryMs = 30_000, ...mock }: Given = {}) {
  const boots: string[] = [];
  const target = mockTarget({ buildId, inputBytes: first.length, infer: input => input.slice(0, 1), ...mock });
  const counted: typeof target = { ...target, open: (path, until) => (boots.push(path), target.open(path, until)) };
  const setup = {
    target: counted,
    protocol: tickmarkProtocol({ retryMs: 100, inferRetryMs }),
    image,
    model: inputs.model,
  };
  return { boots, opened: await dutOn({ ...vibration, inputs, setup }, signal) };
}

test('calls that are not awaited are made one after the other, in their order', async () => {
  const { opened } = await bench({ ticks: ({ inference }) => inference, windowMs: () => 5 });
  const dut = await opened.begin();
  const [one, two, , three] = await Promise.all([dut.infer(0), dut.infer(1), dut.stats(), dut.infer(2)]);
  expect([one, two, three].map(each => [each.ticks, each.output[0]])).toEqual(
    [0, 1, 2].map(vector => [vector + 1, inputs.vectors.inputs[vector]?.[0]]),
  );
});

test('a call that a test did not await ends before the next test begins', async () => {
  const ended: string[] = [];
  const { opened } = await bench({ windowMs: () => 20 });
  const before = await opened.begin();
  const forgotten = before.infer(0).then(() => ended.push('infer'));
  await opened.begin().then(() => ended.push('begin'));
  await forgotten;
  expect(ended).toEqual(['infer', 'begin']);
});

test('what is given may be written to before its turn comes', async () => {
  const { opened } = await bench({ windowMs: () => 5 });
  const dut = await opened.begin();
  const given = first.slice().fill(7);
  const inferences = Promise.all([dut.infer(0), dut.infer(given)]);
  given.fill(9);
  expect((await inferences)[1].input[0]).toBe(7);
});

test('a DUT that a test has lost, and expected to lose, is brought up again for the next', async () => {
  const { opened, boots } = await bench({ faults: { dieAtInference: 2 } });
  const dut = await opened.begin();
  await dut.infer(0);
  await expect(dut.infer(1)).rejects.toThrow('the DUT was lost');
  expect(boots).toHaveLength(1);
  await expect((await opened.begin()).infer(0)).resolves.toMatchObject({ ticks: 1000 });
  expect(boots).toHaveLength(2);
});

test('an input that does not fit loses no DUT', async () => {
  const { opened, boots } = await bench();
  await expect((await opened.begin()).infer(300)).rejects.toThrow(InputError);
  await opened.begin();
  expect(boots).toHaveLength(1);
});

test("what a test writes to its vectors, or to an inference, is not the next test's", async () => {
  const { opened } = await bench();
  const before = first.slice();
  const spoilt = await opened.begin();
  (await spoilt.infer(0)).input.fill(1);
  spoilt.vectors.inputs[0]?.fill(1);
  expect((await spoilt.infer(0)).input).toEqual(before);
  expect((await opened.begin()).vectors.inputs[0]).toEqual(before);
});

test('ticks that a repeated request may have disturbed are marked', async () => {
  const { opened } = await bench({ windowMs: inference => (inference === 2 ? 150 : 0), inferRetryMs: 50 });
  const dut = await opened.begin();
  expect(await dut.infer(0)).not.toHaveProperty('isDisturbed');
  expect(await dut.infer(1)).toMatchObject({ ticks: 1000, isDisturbed: true });
});

test('work that goes on when the signal aborts ends with its reason', async () => {
  const over = new AbortController();
  const { opened } = await bench({ signal: over.signal, windowMs: () => 1000 });
  const dut = await opened.begin();
  const hung = dut.infer(0);
  setTimeout(() => over.abort(new Error('the test is over')), 5);
  await expect(hung).rejects.toThrow('the test is over');
});

test('a board that runs another build is flashed before a test sees it', async () => {
  const port = { id: 'usb-1-1.4-0', path: '/dev/ttyACM0' };
  let inFlash = '0d'.repeat(20);
  const target: SerialTarget = {
    name: 'nucleo',
    basis: 'silicon',
    find: async () => port,
    isPresent: async () => true,
    open: (path, until) => mockTarget({ buildId: inFlash, inputBytes: first.length }).open(path, until),
  };
  const flash = async () => void (inFlash = buildId);
  const flasher = { name: 'openocd', needsPort: false, missing: async () => undefined, flash };
  const setup = { target, protocol: tickmarkProtocol({ readyMs: 10 }), image, model: inputs.model };
  const rig: Rig = { port, gear: { target, flasher, hasLines: false, rungs: [], bootMs: 100 } };
  const opened = await dutOn({ ...vibration, inputs, setup, rig }, new AbortController().signal);
  expect((await opened.begin()).identity.buildId).toBe(buildId);
  await opened[Symbol.asyncDispose]();
});

test('the reference firmware of a board has the model in its flash, as in a run; an emulator’s has not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const boards = loadBoards([join(import.meta.dirname, '../../boards')], folder);
  const { signal } = new AbortController();
  const imageOn = async (name: string) => {
    const board = boards.get(name);
    if (!board) throw new Error(name);
    return (await benchFor({ suite: vibration.suite, board }, folder, signal)).setup.image;
  };
  expect((await imageOn('renode-stm32f4')).carriesModel).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
  const { carriesModel, path } = await imageOn('stm32f4-discovery');
  expect(carriesModel).toBe(true);
  expect(readdirSync(folder).map(file => join(folder, file))).toEqual([path]);
});
