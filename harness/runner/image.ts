import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { InputError } from '../errors.ts';
import { readNamed } from '../files.ts';
import type { Job } from '../measure/session.ts';
import type { Board } from '../suite/board.ts';
import { readElf } from '../target/elf.ts';

/** Debug information included. */
const limitBytes = 64 << 20;

/** A board's firmware, read as far as a session and its verdicts need it. Throws InputError for what is no image that can prove itself. */
export function readImage({ firmware }: Board): Job['image'] {
  const bytes = readNamed(firmware, limitBytes);
  const { flashBytes, ramBytes, buildId } = readElf(bytes, firmware);
  if (buildId === undefined)
    throw new InputError(
      'has no GNU build id',
      firmware,
      'link it with -Wl,--build-id: the firmware proves by it that it runs',
    );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path: firmware, file: basename(firmware), sha256, flashBytes, ramBytes, buildId };
}
