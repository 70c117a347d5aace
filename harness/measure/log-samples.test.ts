import { expect, test } from 'vitest';
import type { Sample } from '../recording/recording.ts';
import { logSamples } from './log-samples.ts';

test('beyond a bound values are summed up, and nothing of them is lost but their order', () => {
  const kept: Sample[] = [];
  const samples = logSamples({ sample: sample => void kept.push(sample) });
  for (let line = 1; line <= 100_003; line++)
    samples.add({ kind: 'metric', name: 'x_us', value: line, unit: 'µs', line }, 0);
  expect(samples.end(0)).toEqual({ leftOut: 0 });
  expect(kept).toHaveLength(100_001);
  expect(kept.at(-1)).toEqual({
    kind: 'metric-rest',
    boot: 0,
    name: 'x_us',
    unit: 'µs',
    count: 3,
    min: 100_001,
    max: 100_003,
    sum: 300_006,
    last: 100_003,
  });
});

test('names beyond a bound are counted, and kept no more', () => {
  const kept: Sample[] = [];
  const samples = logSamples({ sample: sample => void kept.push(sample) });
  for (let line = 1; line <= 1500; line++)
    samples.add({ kind: 'metric', name: `x${line}`, value: 1, unit: '1', line }, 0);
  expect(samples.end(0)).toEqual({ leftOut: 500 });
  expect(kept).toHaveLength(1000);
});
