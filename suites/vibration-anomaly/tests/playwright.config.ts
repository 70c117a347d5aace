// npx playwright test --config suites/vibration-anomaly/tests
import { defineConfig } from '@playwright/test';

export default defineConfig({ reporter: 'list', workers: 1 });
