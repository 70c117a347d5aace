// What the suite's vectors do not hold: a sensor that fails. No input may crash the firmware, or take much longer than another.
import { expect, test } from 'tickmark';

test.use({ suite: 'suites/vibration-anomaly', target: 'rp2040js-pico' });

const axes = 3;
const samples = 64;

/** A window [64, 3] in g from what each axis shows at each sample. */
function windowOf(valueAt: (sample: number, axis: number) => number): number[] {
  return Array.from({ length: samples * axes }, (_, index) => valueAt(Math.floor(index / axes), index % axes));
}

const faults = {
  'a sensor that says nothing': windowOf(() => 0),
  'a sensor stuck at its limit': windowOf(() => 4),
  'a cable with a loose contact': windowOf(sample => (sample % 2 === 0 ? 4 : -4)),
  'values beyond the sensor, which saturate': windowOf(() => 1000),
};

for (const [fault, window] of Object.entries(faults)) {
  test(`${fault} is answered as the golden answers it, in at most 2 % more time`, async ({ dut }) => {
    const normal = await dut.infer(0);
    const faulty = await dut.infer(window);
    expect(faulty).toMatchGolden();
    expect(faulty.ticks).toBeLessThanOrEqual(normal.ticks * 1.02);
  });
}
