export { default } from './harness/runner/playwright.config.ts';
