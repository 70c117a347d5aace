// The spec of every run: a case is a test, a verdict is a step.
import type { TestInfo } from '@playwright/test';
import type { CaseResult, Verdict } from '../verdict/result.ts';
import { caseAttachment } from './environment.ts';
import { currentPlan, test } from './fixtures.ts';

for (const planned of currentPlan().cases) {
  // Playwright wants a title once a file: the target's name parts a suite's cases.
  test.describe(planned.board.name, () => {
    test(planned.suite.name, { tag: `@${planned.board.name}` }, async ({ judge }, testInfo) => {
      const result = await judge(planned);
      await testInfo.attach(caseAttachment, { body: JSON.stringify(result), contentType: 'application/json' });
      for (const verdict of result.verdicts) await showVerdict(verdict);
      endAs(result, testInfo);
    });
  });
}

/** A step that is red where the verdict is; it never ends the test, so that every verdict is shown. */
async function showVerdict(verdict: Verdict): Promise<void> {
  const step = test.step(`${verdict.budget}: ${verdict.status}, ${verdict.reason}`, () => {
    if (isBad(verdict)) throw new VerdictError(verdict.status, verdict.reason);
  });
  await step.catch(() => {}); // endAs reports it
}

function endAs({ status, verdicts }: CaseResult, testInfo: TestInfo): void {
  const reasons = verdicts
    .filter(verdict => verdict.status === status)
    .map(({ budget, reason }) => `${budget}: ${reason}`);
  if (status === 'skipped') testInfo.skip(true, reasons.join('\n'));
  if (status !== 'passed') throw new VerdictError(status, reasons.join('\n'));
}

function isBad({ status, optional }: Verdict): boolean {
  return !optional && status !== 'passed' && status !== 'skipped';
}

/** How Playwright is told; its name is the status, so that a rig's fault never reads like a bad model. */
class VerdictError extends Error {
  constructor(status: string, reason: string) {
    super(reason);
    this.name = status;
    this.stack = `${status}: ${reason}`; // where it was thrown tells a person nothing
  }
}
