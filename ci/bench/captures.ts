// The capture that readers of traces are measured with, and what they have to find in it.
import { randomsFrom } from '../../harness/fixtures/random.ts';
import { traceFacts } from '../../harness/fixtures/traces.ts';
import { openTraceWriter } from '../../harness/recording/trace-writer.ts';

export const capture = {
  samples: 50_000_000,
  windows: 1000,
  windowSamples: 12_000,
  rateHz: traceFacts.rateHz,
} as const;

/** A DUT that infers for 120 ms of each half second at about 5 mA, and sleeps at 2 µA: mA, a block at a time, the same each time. */
export function* currents(samples: number): Generator<Float32Array> {
  const noise = noiseTable();
  const random = randomsFrom(71);
  for (let from = 0; from < samples; from += periodSamples) {
    const shift = random(noise.length / 2);
    const block = new Float32Array(Math.min(periodSamples, samples - from));
    for (let index = 0; index < block.length; index++) {
      const level = index < capture.windowSamples ? 5 : 0.002;
      block[index] = level * (noise[(shift + index) % noise.length] ?? 1);
    }
    yield block;
  }
}

const periodSamples = 50_000;

/** About 1, as a bell would have it, with a peak now and then. */
function noiseTable(): Float32Array {
  const random = randomsFrom(37);
  const uniform = () => random(1_000_000) / 1e6;
  return Float32Array.from({ length: 1 << 17 }, (_, index) => {
    const bell = uniform() + uniform() + uniform() + uniform() - 2;
    return (index % 211 === 0 ? 1.6 : 1) * (1 + bell * 0.02);
  });
}

/** Writes it as a recording has it. */
export function writeCapture(folder: string, samples: number = capture.samples): void {
  using writer = openTraceWriter(folder, traceFacts);
  for (const values of currents(samples)) writer.take({ kind: 'samples', values });
}
