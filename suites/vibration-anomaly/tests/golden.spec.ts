// Four windows of the suite on the DUT, one by one: the same bytes as TFLM's reference kernels give.
import { expect, test } from 'tickmark';

test.use({ suite: 'suites/vibration-anomaly', target: 'rp2040js-pico' });

for (const vector of [0, 17, 150, 299]) {
  test(`window ${vector} comes out as the golden has it`, async ({ dut }) => {
    expect(await dut.infer(vector)).toMatchGolden();
  });
}

test('an anomaly raises the alarm, a normal window does not', async ({ dut }) => {
  const { labels = [] } = dut.vectors;
  for (const label of [0, 1]) expect((await dut.infer(labels.indexOf(label))).class).toBe(label);
});
