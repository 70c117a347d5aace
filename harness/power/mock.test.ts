import { expect, test } from 'vitest';
import { testMeter } from './meter.contract.ts';
import { mockMeter } from './mock.ts';

testMeter({ meter: () => mockMeter({ supplies: true, opensInMs: 50 }), openResources: () => 0 });

test('its samples are those that are declared, by the second of each', async () => {
  await using meter = await mockMeter({ currentMa: second => second }).open(new AbortController().signal);
  await meter.start();
  const values: number[] = [];
  const read = (async () => {
    for await (const reading of meter.readings) if (reading.kind === 'samples') values.push(...reading.values);
  })();
  await expect.poll(() => values.length).toBeGreaterThan(20);
  await meter.stop();
  await read;
  expect(values.slice(0, 3)).toEqual([0, Math.fround(0.001), Math.fround(0.002)]);
});
