import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['harness/**/*.test.ts', 'ci/**/*.test.ts'],
          exclude: ['**/*.int.test.ts', '**/node_modules/**'],
          testTimeout: 60_000, // none waits: it is a busy machine that takes long over those of virtual time
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{harness,boards,ci}/**/*.int.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 }, // after the fast ones
        },
      },
    ],
  },
});
