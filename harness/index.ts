// What `import { test, expect } from 'tickmark'` gives to tests that users write.
export type { Suite } from './suite/suite.ts';
export type { Choice } from './testing/choice.ts';
export type { DutUnderTest, TestedInference } from './testing/dut.ts';
export { test } from './testing/fixtures.ts';
export { expect } from './testing/matchers.ts';
export type { MeasuredCase } from './testing/measured.ts';
export type { CaseResult, Status, Verdict } from './verdict/result.ts';
