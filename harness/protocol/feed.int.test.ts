import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { missingTool } from '../fixtures/tools.ts';
import { withoutShortcut } from '../measure/back-door.ts';
import { type ByteFaults, faultyLine } from '../measure/faulty-line.ts';
import type { Target } from '../target/port.ts';
import { findProgram } from '../target/program.ts';
import { qemuTarget } from '../target/qemu.ts';
import { rp2040Target } from '../target/rp2040.ts';
import { frameParser } from './frame.ts';
import { tickmarkProtocol } from './tickmark.ts';
import { kinds } from './wire.ts';

const model = readFileSync(new URL('../../suites/vibration-anomaly/anomaly_int8.tflite', import.meta.url));
const noQemu = missingTool(findProgram('qemu-system-arm') !== undefined, 'apt-get install qemu-system-arm');
const inputs = Array.from({ length: 40 }, (_, vector) => inputOf(vector));

const mps2 = (signal: AbortSignal) => qemuTarget({ name: 'qemu', machine: 'mps2-an386', clockHz: 15_625_000 }, signal);

describe.each([
  { name: 'rp2040', why: undefined, target: async () => rp2040Target() },
  { name: 'mps2-an386', why: noQemu, target: mps2 },
])('the reference firmware $name', ({ name, why, target }) => {
  const image = fileURLToPath(new URL(`../../boards/firmware/images/${name}.elf`, import.meta.url));

  test('gives the same outputs when the next inputs come while it computes', async ({ skip }) => {
    skip(why !== undefined, why);
    const one = await outputsOf(image, target, { way: 'one at a time' });
    const fed = await outputsOf(image, target, { way: 'fed' });
    expect(fed.outputs).toEqual(one.outputs);
    expect(fed.use).toMatchObject({ lostFrames: 0, damagedFrames: 0 });
    expect([one.asked.has(kinds.infer), one.asked.has(kinds.feed)]).toEqual([true, false]);
    expect([fed.asked.has(kinds.infer), fed.asked.has(kinds.feed)]).toEqual([false, true]);
    expect(fed.carried).toMatchObject({ tensors: 'uart' });
  });

  test('and when bytes are lost, doubled and damaged on the way', async ({ skip }) => {
    skip(why !== undefined, why);
    const good = await outputsOf(image, target, { way: 'fed' });
    const rate = 1e-3;
    const bad = await outputsOf(image, target, { way: 'fed', faults: { drop: rate, flip: rate, double: rate } });
    expect(bad.outputs).toEqual(good.outputs);
    expect(bad.use.repeats).toBeGreaterThan(10);
  });
});

function inputOf(vector: number): Uint8Array {
  return Uint8Array.from({ length: 192 }, (_, index) => (vector * 37 + index * (vector + 1)) & 0xff);
}

interface Run {
  readonly way: 'one at a time' | 'fed';
  readonly faults?: Partial<ByteFaults>;
}

async function outputsOf(image: string, target: (signal: AbortSignal) => Promise<Target>, { way, faults = {} }: Run) {
  const signal = AbortSignal.timeout(100_000);
  await using link = await (await target(signal)).open(image, signal);
  const line = faultyLine(withoutShortcut(link), { seed: 11, toDut: faults, toHost: faults });
  const asked = new Set<number>();
  const parse = frameParser();
  const write = async (bytes: Uint8Array): Promise<void> => {
    for (const item of parse(bytes)) if (item.kind === 'frame') asked.add(item.frame.kind);
    await line.write(bytes);
  };
  const dut = await tickmarkProtocol().connect({ ...line, write }, signal);
  await dut.load(model);
  await dut.prepare(model.length);
  const outputs: Uint8Array[] = [];
  if (way === 'fed') for await (const output of dut.inferAll(inputs)) outputs.push(output);
  else for (const input of inputs) outputs.push((await dut.infer(input)).output);
  return { outputs, asked, use: dut.linkUse(), carried: dut.carried() };
}
