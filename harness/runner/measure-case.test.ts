import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadBoards } from '../suite/boards.ts';
import { findSuites } from '../suite/find.ts';
import { readSuites } from '../suite/load.ts';
import type { Suite } from '../suite/suite.ts';
import type { KeptBoards } from './keep-boards.ts';
import { measureCase } from './measure-case.ts';
import type { Plan, PlannedCase } from './plan.ts';

const root = join(import.meta.dirname, '..', '..');
const boards = loadBoards([join(root, 'boards')], tmpdir());

/** The suite, with a model that no microcontroller has room for. */
function suiteOfLargeModel(folder: string): Suite {
  const suite = readSuites(findSuites(['vibration-anomaly'], root), boards, root).suites[0] as Suite;
  const file = join(folder, 'large.tflite');
  writeFileSync(file, Buffer.concat([readFileSync(suite.model.file), Buffer.alloc(4 << 20)]));
  return { ...suite, model: { ...suite.model, file } };
}

test('a model that a board has no room for is the failure that it is on an emulator, and nobody waits for the board', async () => {
  const outDir = mkdtempSync(join(tmpdir(), 'tickmark-measure-'));
  onTestFinished(() => rmSync(outDir, { recursive: true }));
  const board = boards.get('pico');
  if (!board) throw new Error('pico');
  const planned: PlannedCase = {
    id: 'x@pico',
    suite: suiteOfLargeModel(outDir),
    board,
    cost: 1,
    vectors: 1,
    isNamed: true,
  };
  const nobody: KeptBoards = {
    rigFor: () => Promise.reject(new Error('was asked for')),
    settled: () => {},
    [Symbol.dispose]: () => {},
  };
  const plan = { outDir, trace: false } as Plan;
  const measuring = { boards: nobody, onProgress: () => {} };
  const { outcome } = await measureCase(plan, planned, measuring, new AbortController().signal);
  expect(outcome).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('the board has room for 1835008'),
  });
});
