import type { TestType } from '@playwright/test';
import * as playwright from '@playwright/test';

/** Playwright's test without the browser fixtures, whose set-up and tear-down steps cost 7 ms a test; `test` itself where a version lacks it. */
export const base: TestType<object, object> = playwright._baseTest ?? playwright.test;
