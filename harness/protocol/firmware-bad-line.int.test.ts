import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type ByteFaults, faultyLine } from '../measure/faulty-line.ts';
import { rp2040Target } from '../target/rp2040.ts';
import type { Inference } from './port.ts';
import { tickmarkProtocol } from './tickmark.ts';

const image = fileURLToPath(new URL('../../boards/firmware/images/rp2040.elf', import.meta.url));
const model = readFileSync(new URL('../../suites/vibration-anomaly/anomaly_int8.tflite', import.meta.url));
const modelAddress = 0x1004_0000;
const inputBytes = 192;
const vectors = 30;

test('the reference firmware gives the outputs and ticks of a good line over a bad one', async () => {
  const rate = 2e-3;
  const good = await inferAll({});
  const bad = await inferAll({ drop: rate, flip: rate, double: rate, reorder: rate, delay: rate });
  expect(bad.seen).toEqual(good.seen);
  expect(good.use).toMatchObject({ repeats: 0, lostFrames: 0, damagedFrames: 0 });
  expect(bad.use.repeats).toBeGreaterThan(30);
  expect(bad.droppedFrames).toBeGreaterThan(20);
});

/** The model goes in by the back door, as it does on this target; everything else takes the line. */
async function inferAll(faults: Partial<ByteFaults>) {
  const signal = AbortSignal.timeout(100_000);
  await using link = await rp2040Target().open(image, signal);
  await link.memory?.write(modelAddress, model);
  const line = faultyLine(link, { seed: 7, toDut: faults, toHost: faults });
  const dut = await tickmarkProtocol().connect(line, signal);
  await dut.prepare(model.length);
  const seen: Inference[] = [];
  for (let vector = 0; vector < vectors; vector++) {
    const { ticks, output } = await dut.infer(inputOf(vector));
    seen.push({ ticks, output });
  }
  return { seen, use: dut.linkUse(), droppedFrames: (await dut.stats()).droppedFrames };
}

function inputOf(vector: number): Uint8Array {
  return Uint8Array.from({ length: inputBytes }, (_, index) => (vector * 37 + index * (vector + 1)) & 0xff);
}
