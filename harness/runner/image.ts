import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { InputError } from '../errors.ts';
import { readNamed } from '../files.ts';
import type { JobImage } from '../measure/session.ts';
import type { Board, ProtocolName } from '../suite/board.ts';
import { type AnySuite, hasModel } from '../suite/suite.ts';
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
  readonly suite: AnySuite;
  readonly board: Board;
}

/** What runs in a case. `path` is its ELF file; absent where it is whatever the board has in its flash. */
export interface Firmware {
  readonly path?: string;
  readonly isOwn: boolean;
  readonly protocol: ProtocolName;
}

/** The user's own firmware where the suite or `--image` names one for the target, else the board's reference firmware. */
export function firmwareOf({ suite, board }: Case): Firmware {
  const own = suite.firmware[board.name];
  const protocol = own?.protocol ?? board.protocol;
  const path = own?.image ?? (protocol === 'tickmark' ? board.firmware : undefined);
  return { ...(path !== undefined && { path }), isOwn: own?.image !== undefined, protocol };
}

/**
 * A case's firmware, read as far as a session and its verdicts need it; undefined where no file of it is known. Throws InputError for what
 * is no image that can prove itself, what the board cannot run, and what carries another model than the suite's.
 */
export function readImage(of: Case, inputs?: Pick<CaseInputs, 'model' | 'parsed'>): JobImage | undefined {
  const { path, isOwn, protocol } = firmwareOf(of);
  const { suite } = of;
  if (path === undefined && protocol === 'tickmark')
    throw new InputError(
      'has no reference firmware',
      of.board.name,
      `name your own in the suite, as firmware: { ${of.board.name}: build/app.elf }`,
    );
  if (path === undefined) return undefined;
  const file = readNamed(path, imageLimitBytes);
  const elf = readElf(file, path);
  if (elf.buildId === undefined && protocol === 'tickmark')
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
    ...(elf.buildId !== undefined && { buildId: elf.buildId }),
    functionAt: functionsOf(elf),
    flashBytes: elf.flashBytes,
    ramBytes: elf.ramBytes,
    ...(arena && { arenaReservedBytes: arena.bytes }),
    ...(stack && { stackReservedBytes: stack.bytes }),
    carriesModel:
      protocol === 'tickmark' &&
      hasModel(suite) &&
      inputs !== undefined &&
      carriesModel(elf, path, { file: suite.model.file, bytes: inputs.model, model: inputs.parsed }),
  };
}
