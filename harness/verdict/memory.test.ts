import { expect, test } from 'vitest';
import { aRecording, someEvidence } from '../fixtures/recordings.ts';
import type { Manifest, Sample } from '../recording/recording.ts';
import { judgeCase } from './judge.ts';
import type { MemoryMetrics } from './result.ts';

const image = { file: 'app.elf', sha256: 'c'.repeat(64), flashBytes: 40_000, ramBytes: 30_000 };
const used = { kind: 'memory', boot: 0, arenaBytes: 9_000, stackBytes: 800 } as const;

test('the model counts once: with an image that it is loaded beside, and in one that carries it', () => {
  const { flashBytes: beside = 0 } = memoryOf(image, used);
  expect(memoryOf({ ...image, carriesModel: true }, used).flashBytes).toBe(40_000);
  expect(beside).toBeGreaterThan(40_000);
});

test('what is set aside is what the DUT says, whatever the symbols do', () => {
  const symbols = { arenaReservedBytes: 12_000, stackReservedBytes: 2_048 };
  const said = { arenaReservedBytes: 10_240, stackReservedBytes: 4_096 };
  expect(memoryOf({ ...image, ...symbols }, { ...used, ...said })).toMatchObject(said);
});

test('where the DUT cannot tell, the symbols do; where nothing does, nothing is said', () => {
  const unknown = { ...used, arenaReservedBytes: 0, stackReservedBytes: 0 };
  const memory = memoryOf({ ...image, arenaReservedBytes: 12_000 }, unknown);
  expect(memory.arenaReservedBytes).toBe(12_000);
  expect(memory).not.toHaveProperty('stackReservedBytes');
});

function memoryOf(of: NonNullable<Manifest['image']>, sample: Sample): MemoryMetrics {
  const { manifest, samples } = aRecording({ manifest: { image: of } });
  const others = samples.filter(({ kind }) => kind !== 'memory');
  const { metrics } = judgeCase(someEvidence({ recording: { manifest, samples: [...others, sample] } }));
  if (!metrics.memory) throw new Error('memory is always measured');
  return metrics.memory;
}
