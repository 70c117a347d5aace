import type { CaseResult } from '../verdict/result.ts';
import { base } from './base-test.ts';
import { planVariable } from './environment.ts';
import { runCase } from './judge-case.ts';
import { type Plan, type PlannedCase, readPlan } from './plan.ts';

/** A test of the run: `plan` is what the run does, `judge` measures and judges one case of it. */
export const test = base.extend<{ judge: (planned: PlannedCase) => Promise<CaseResult> }, { plan: Plan }>({
  plan: [async ({}, use) => use(currentPlan()), { scope: 'worker' }],
  judge: async ({ plan }, use) => use(planned => runCase(plan, planned)),
});

/** The plan that this process was started for. */
export function currentPlan(): Plan {
  return readPlan(process.env[planVariable] ?? '');
}
