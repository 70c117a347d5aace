import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ModelRefused } from '../errors.ts';
import { dataDir, noData } from '../fixtures/data.ts';
import { readElf } from '../target/elf.ts';
import { rp2040Target } from '../target/rp2040.ts';
import type { Dut, Inference } from './port.ts';
import { tickmarkProtocol } from './tickmark.ts';

const image = fileURLToPath(new URL('../../boards/firmware/images/rp2040.elf', import.meta.url));
const inputBytes = 490;
const outputBytes = 12;
const vectors = 20;

describe('the reference firmware on the emulated RP2040', () => {
  test('is the build that the image says', async () => {
    await using session = await open();
    expect(session.dut.identity).toMatchObject({ board: 'rp2040', tickSource: 'systick' });
    expect(session.dut.identity.buildId).toBe(readElf(readFileSync(image), image).buildId);
  });

  test('refuses what is no model, and goes on', async () => {
    await using session = await open();
    await session.dut.load(new Uint8Array(1000));
    await expect(session.dut.prepare(1000)).rejects.toThrow(ModelRefused);
    expect((await session.dut.stats()).droppedFrames).toBe(0);
  });

  test('hashes the model that lies in its flash, and notices a flipped bit', async ({ skip }) => {
    skip(!dataDir, noData);
    await using session = await open();
    const { model } = keywordSpotting();
    const nonce = new Uint8Array(16).fill(0xa5);
    const hash = (bytes: Uint8Array): string => createHash('sha256').update(nonce).update(bytes).digest('hex');
    await session.dut.load(model);
    expect(Buffer.from(await session.dut.proveModel(model.length, nonce)).toString('hex')).toBe(hash(model));
    const flipped = model.map((byte, at) => (at === 20_000 ? byte ^ 1 : byte));
    await session.dut.load(flipped);
    expect(Buffer.from(await session.dut.proveModel(model.length, nonce)).toString('hex')).toBe(hash(flipped));
  });

  test(`spots ${vectors} keywords at 0 LSB, with the same ticks in two runs`, async ({ skip }) => {
    skip(!dataDir, noData);
    const { expected } = keywordSpotting();
    const [first, second] = await Promise.all([spotKeywords(), spotKeywords()]);
    expect(Buffer.concat(first.map(({ output }) => output)).equals(expected.subarray(0, vectors * outputBytes))).toBe(
      true,
    );
    expect(second.map(({ ticks }) => ticks)).toEqual(first.map(({ ticks }) => ticks));
  });

  test('takes twice the ticks for two inferences, and gives each operator its share', async ({ skip }) => {
    skip(!dataDir, noData);
    await using session = await open();
    const { dut } = session;
    const { model, inputs } = keywordSpotting();
    await dut.load(model);
    const { operators } = await dut.prepare(model.length);
    const once = await dut.infer(inputs.subarray(0, inputBytes), { profile: true });
    const operatorTicks = await dut.operatorTicks();
    const twice = await dut.infer(inputs.subarray(0, inputBytes), { repeat: 2 });
    expect(twice.ticks / once.ticks).toBeCloseTo(2, 2);
    expect(operatorTicks.length).toBe(operators);
    expect(operatorTicks.reduce((sum, ticks) => sum + ticks, 0) / once.ticks).toBeCloseTo(1, 2);
  });
});

async function spotKeywords(): Promise<Inference[]> {
  await using session = await open();
  const { model, inputs } = keywordSpotting();
  await session.dut.load(model);
  await session.dut.prepare(model.length);
  const seen: Inference[] = [];
  for (let vector = 0; vector < vectors; vector++)
    seen.push(await session.dut.infer(inputs.subarray(vector * inputBytes, (vector + 1) * inputBytes)));
  return seen;
}

async function open(): Promise<AsyncDisposable & { readonly dut: Dut }> {
  const signal = AbortSignal.timeout(100_000);
  const link = await rp2040Target().open(image, signal);
  const dut = await tickmarkProtocol().connect(link, signal);
  return { dut, [Symbol.asyncDispose]: () => link[Symbol.asyncDispose]() };
}

function keywordSpotting(): { readonly model: Buffer; readonly inputs: Buffer; readonly expected: Buffer } {
  const [model, inputs, expected] = ['kws_ref_model.tflite', 'inputs.i8.bin', 'expected.i8.bin'].map(name =>
    readFileSync(join(dataDir ?? '', 'kws01', name)),
  ) as [Buffer, Buffer, Buffer];
  return { model, inputs, expected };
}
