// The images of Renode's boards: the same instructions in every run, and TFLM's bytes.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FirmwareFault } from '../../harness/errors.ts';
import { dataDir, noData } from '../../harness/fixtures/data.ts';
import {
  expectedKeywordOutputs,
  faultOf,
  keywordOutputs,
  type Reference,
  ticksFor,
} from '../../harness/fixtures/reference.ts';
import { untestableHere } from '../../harness/fixtures/tools.ts';
import { located } from '../../harness/measure/locate.ts';
import { targetFor } from '../../harness/runner/adapters.ts';
import { loadBoards } from '../../harness/suite/boards.ts';
import { readElf } from '../../harness/target/elf.ts';
import { functionsOf } from '../../harness/target/function-at.ts';
import { missingRenode } from '../../harness/target/renode-program.ts';

const skipReason = untestableHere(missingRenode());
const boards = [...loadBoards([fileURLToPath(new URL('..', import.meta.url))]).values()].filter(
  ({ target }) => target.kind === 'renode',
);

/** How the firmware tells of an undefined instruction at `pc`, by the board's core. */
const faults = [
  { core: /^Cortex-M0/, says: (pc: string) => new RegExp(`HardFault pc=0x${pc} lr=0x[0-9a-f]{8}`) },
  { core: /^Cortex/, says: (pc: string) => new RegExp(`HardFault pc=0x${pc} lr=0x[0-9a-f]{8} cfsr=0x00010000`) },
  { core: /^RV32/, says: (pc: string) => new RegExp(`trap mcause=0x00000002 mepc=0x${pc} mtval=0x0000`) },
  { core: /^Xtensa/, says: (pc: string) => new RegExp(`exception exccause=0x00000000 epc=0x${pc} excvaddr=0x`) },
];

describe.skipIf(skipReason !== undefined).each(boards)(`$name (${skipReason ?? 'found'})`, board => {
  test('two boots count the same ticks, and twice the work is twice the ticks', async () => {
    const reference = await referenceOn();
    const repeats = [1, 1, 2, 500];
    const ticks = await ticksFor(reference, repeats);
    expect(await ticksFor(reference, repeats)).toEqual(ticks);
    const [once = 0, again, twice = 0, often = 0] = ticks;
    expect(again).toBe(once);
    expect(twice / once).toBeCloseTo(2, 3);
    expect(often).toBeGreaterThan(2 ** 24); // which is all that SysTick has
    expect(often / once).toBeCloseTo(500, -1);
  });

  test('computes TFLM’s bytes for 200 spoken words', async ({ skip }) => {
    skip(!dataDir, noData);
    const outputs = await keywordOutputs(await referenceOn());
    expect(outputs).toHaveLength(200 * 12);
    expect(outputs.equals(expectedKeywordOutputs())).toBe(true);
  });

  test('a fault is told by the firmware, with where it was and why', async () => {
    const reference = await referenceOn();
    const { address, fault } = await faultOf(reference);
    expect(fault).toBeInstanceOf(FirmwareFault);
    const says = faults.find(({ core }) => core.test(board.core))?.says(address.toString(16).padStart(8, '0'));
    expect(String(fault)).toMatch(says ?? /^$/);
    const elf = readElf(readFileSync(reference.image), board.name);
    expect(String(located(fault, functionsOf(elf)))).toContain(' in reference_invoke+0x0 ');
  });

  async function referenceOn(): Promise<Reference> {
    return { target: await targetFor(board, AbortSignal.timeout(10_000)), image: board.firmware ?? '' };
  }
});
