import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ModelRefused } from '../errors.ts';
import { loadBoards } from '../suite/boards.ts';
import { findSuites } from '../suite/find.ts';
import { readSuites } from '../suite/load.ts';
import type { Suite } from '../suite/suite.ts';
import { readElf } from '../target/elf.ts';
import { loadCaseInputs } from './case-inputs.ts';
import { readImage } from './image.ts';
import { imageToRun } from './image-with-model.ts';
import type { PlannedCase } from './plan.ts';

const root = join(import.meta.dirname, '..', '..');
const boards = loadBoards([join(root, 'boards')], tmpdir());
const suite = readSuites(findSuites(['vibration-anomaly'], root), boards, root).suites[0] as Suite;
const inputs = loadCaseInputs(suite);

function caseOn(name: string): PlannedCase {
  const board = boards.get(name);
  if (!board) throw new Error(name);
  return { id: `x@${name}`, suite, board, cost: 1, vectors: 1, isNamed: true };
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tickmark-model-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'images');
}

function run(planned: PlannedCase, folder: string, model = inputs.model): ReturnType<typeof imageToRun> {
  const image = readImage(planned, inputs);
  return imageToRun(planned, { model, ...(image && { image }) }, folder);
}

test.each([
  ['stm32f4-discovery', 0x0802_0000, 896],
  ['nrf52840-dk', 0x0002_0000, 896],
  ['pico', 0x1004_0000, 1792],
])(
  'the reference firmware for %s has the model where its port keeps it, and is the same build',
  (name, address, kib) => {
    const folder = emptyFolder();
    const image = run(caseOn(name), folder);
    expect(image).toMatchObject({ carriesModel: true, isOwn: false });
    expect(readdirSync(folder).map(file => join(folder, file))).toEqual([image?.path]);
    const [before, after] = [boards.get(name)?.firmware ?? '', image?.path ?? ''].map(path =>
      readElf(new Uint8Array(readFileSync(path)), path),
    );
    expect(after?.buildId).toBe(before?.buildId);
    expect(image?.flashBytes).toBe(before?.flashBytes); // the firmware's own, as on every target
    const segment = after?.segments.at(-1);
    expect(segment?.physicalAddress).toBe(address);
    expect(Buffer.from(segment?.bytes ?? []).equals(inputs.model)).toBe(true);

    const tooLarge = new Uint8Array(kib * 1024 + 1);
    expect(() => run(caseOn(name), folder, tooLarge)).toThrow(ModelRefused);
    expect(() => run(caseOn(name), folder, tooLarge)).toThrow(`room for ${kib * 1024}`);
  },
);

test('an emulator gets its image as it is, and the model by its back door', () => {
  const folder = emptyFolder();
  expect(run(caseOn('renode-stm32f4'), folder)).toMatchObject({ carriesModel: false });
  expect(existsSync(folder)).toBe(false);
});

test('so does a board whose firmware keeps the model in memory that it can write', () => {
  const folder = emptyFolder();
  const { board, ...rest } = caseOn('pico');
  const { firmware } = caseOn('qemu-mps2-an386').board;
  const planned = { ...rest, board: { ...board, ...(firmware !== undefined && { firmware }) } };
  expect(run(planned, folder)).toMatchObject({ carriesModel: false });
  expect(existsSync(folder)).toBe(false);
});
