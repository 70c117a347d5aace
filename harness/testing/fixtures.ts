import type { TestType } from '@playwright/test';
import { NotInstalled, TargetError } from '../errors.ts';
import { base } from '../runner/base-test.ts';
import { type Choice, resolveChoice } from './choice.ts';
import { type DutUnderTest, type OpenDut, openDut } from './dut.ts';
import { type MeasuredCase, measureSuite } from './measured.ts';

interface TestFixtures {
  /** The DUT, with the firmware identified and the suite's model loaded, proved and prepared afresh for this test. */
  readonly dut: DutUnderTest;
  /** Measures the whole suite on a target of its own, and judges it: minutes where the suite takes minutes, once a test. */
  readonly measure: () => Promise<MeasuredCase>;
}

interface WorkerFixtures extends Choice {
  /** The DUT, or what is not installed for it. */
  readonly openedDut: OpenDut | NotInstalled;
}

const openingMs = 60_000;

/**
 * Playwright's `test` with a DUT in it. A test file says which: `test.use({ suite: 'suites/hum', target: 'rp2040js-pico' })`. A worker
 * opens the target once, in its own process, and closes it when it ends.
 */
export const test: TestType<TestFixtures, WorkerFixtures> = base.extend<TestFixtures, WorkerFixtures>({
  suite: ['', { option: true, scope: 'worker' }],
  target: ['', { option: true, scope: 'worker' }],
  openedDut: [
    async ({ suite, target }, use) => {
      const ended = new AbortController();
      const opened = await openDut(resolveChoice({ suite, target }), ended.signal).catch(orNotInstalled);
      await use(opened);
      ended.abort(overdue(suite));
      if (!(opened instanceof NotInstalled)) await opened[Symbol.asyncDispose]();
    },
    { scope: 'worker', timeout: openingMs },
  ],
  dut: async ({ openedDut, target }, use, testInfo) => {
    if (!(openedDut instanceof NotInstalled)) return use(await openedDut.begin());
    if (target !== '') throw openedDut; // who names a target wants it to run
    testInfo.skip(true, openedDut.message);
  },
  measure: async ({ suite, target }, use, testInfo) => {
    const ended = new AbortController();
    let calls = 0;
    await use(async () => {
      const chosen = resolveChoice({ suite, target });
      if (testInfo.timeout > 0) testInfo.setTimeout(testInfo.timeout + chosen.suite.measure.timeoutMs);
      const name = `${chosen.suite.name}@${chosen.board.name}`;
      const folder = testInfo.outputPath(calls++ === 0 ? name : `${name}-${calls}`);
      const wanted = { suite, target: chosen.board.name, isRequired: target !== '' };
      const measured = await measureSuite(wanted, folder, ended.signal);
      testInfo.skip(measured.status === 'skipped' && target === '', measured.verdicts[0]?.reason);
      return measured;
    });
    ended.abort(overdue(suite)); // a test that ended early leaves nothing running
  },
});

function overdue(suite: string): TargetError {
  const fix = 'await every call in the test; where the DUT is slow, give it time: test.setTimeout';
  return new TargetError('the test ended before the DUT had answered', suite, fix);
}

function orNotInstalled(error: unknown): NotInstalled {
  if (error instanceof NotInstalled) return error;
  throw error;
}
