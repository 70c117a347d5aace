import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { InputError } from '../errors.ts';
import { readNamed } from '../files.ts';
import type { Job } from '../measure/session.ts';
import type { Board } from '../suite/board.ts';
import type { Suite } from '../suite/suite.ts';
import { readElf } from '../target/elf.ts';
import { functionsOf } from '../target/function-at.ts';
import { arenaReserve, stackReserve } from '../target/reserves.ts';
import type { CaseInputs } from './case-inputs.ts';
import { expectBoard } from './image-board.ts';
import { carriesModel } from './image-model.ts';

/** Debug information included. */
export const imageLimitBytes = 64 << 20;

/** A suite on a board. */
interface Case {
  readonly suite: Suite;
  readonly board: Board;
}

/** The ELF file that a case runs: the user's own where the suite or `--image` names one for the target, else the board's reference firmware. */
export function firmwareOf({ suite, board }: Case): { readonly path: string; readonly isOwn: boolean } {
  const own = suite.firmware[board.name];
  return { path: own ?? board.firmware, isOwn: own !== undefined };
}

/**
 * A case's firmware, read as far as a session and its verdicts need it. Throws InputError for what is no image that can prove itself, what
 * the board cannot run, and what carries another model than the suite's.
 */
export function readImage(of: Case, inputs: Pick<CaseInputs, 'model' | 'parsed'>): Job['image'] {
  const { path, isOwn } = firmwareOf(of);
  const file = readNamed(path, imageLimitBytes);
  const elf = readElf(file, path);
  if (elf.buildId === undefined)
    throw new InputError(
      'has no GNU build id',
      path,
      'link it with -Wl,--build-id=sha1: the firmware proves by it that it runs',
    );
  if (isOwn) expectBoard(elf, path, of.board);
  const [arena, stack] = [arenaReserve(elf), stackReserve(elf)];
  return {
    path,
    file: basename(path),
    isOwn,
    sha256: createHash('sha256').update(file).digest('hex'),
    buildId: elf.buildId,
    functionAt: functionsOf(elf),
    flashBytes: elf.flashBytes,
    ramBytes: elf.ramBytes,
    ...(arena && { arenaReservedBytes: arena.bytes }),
    ...(stack && { stackReservedBytes: stack.bytes }),
    carriesModel: carriesModel(elf, path, { file: of.suite.model.file, bytes: inputs.model, model: inputs.parsed }),
  };
}
