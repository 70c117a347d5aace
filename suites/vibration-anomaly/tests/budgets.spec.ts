// The whole suite measured once, as `tickmark run` does it, and held against its own budgets and against tighter ones.
import { expect, test } from 'tickmark';

test.use({ suite: 'suites/vibration-anomaly', target: 'rp2040js-pico' });

test('meets the budgets of the suite, and those of the next release', async ({ measure }) => {
  const measured = await measure();
  expect(measured).toMeetBudgets();
  expect.soft(measured).toMeetBudget('latency.modelled-cycles.max', '<= 115 kcycles');
  expect.soft(measured).toMeetBudget('memory.arena', '<= 2 KiB');
});

test('has a stack that stays well below its reserve', async ({ dut }) => {
  await dut.infer(0);
  const { stackBytes, stackReservedBytes } = await dut.stats();
  expect(stackBytes).toBeLessThan(stackReservedBytes / 2);
});
